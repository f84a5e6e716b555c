// The guide from a new address to a service that posts to it, and the test that turns green when it does.
import AxeBuilder from '@axe-core/playwright';
import type { Guide } from '../../ui/src/host/bindings';
import { expect, type Inbox, test } from './inbox';
import { services } from './payloads';

const chat = (id: number) =>
  JSON.stringify({
    accountId: 1,
    beginAt: Date.UTC(2026, 0, 5, 12, id),
    channel: { id, isChat: true, isCompleted: true },
    visitor: { id, name: 'Anna Berg' },
    messages: [{ type: 'visitor', content: 'Do you ship to Brno?', sentAt: Date.UTC(2026, 0, 5, 12, id) }],
  });

/** Posts as somebody with this `User-Agent` does, and tells the answer. */
async function post(inbox: Inbox, source: string, body: string, agent: string): Promise<number> {
  const headers = { 'Content-Type': 'application/json', 'User-Agent': agent };
  return (await fetch(await inbox.address(source), { method: 'POST', headers, body })).status;
}

async function guideOf(inbox: Inbox, source: string): Promise<Guide> {
  const { services } = await inbox.ask('guide', { name: source });
  expect(services).toHaveLength(1);
  return services[0]!.guide;
}

for (const service of services) {
  test(`the guide to ${service} says where its address goes, what to switch on and what its retries are`, async ({
    inbox,
  }) => {
    const guide = await guideOf(inbox, service);
    const page = await inbox.openAddress(service);
    for (const [at, way] of guide.ways.entries()) {
      if (guide.ways.length > 1) await page.getByRole('radio', { name: way.name, exact: true }).check();
      if (at > 0) {
        await expect(inbox.page, 'a reload shows this way again').toHaveURL(
          new RegExp(`guide=${service}\\.${at}`),
        );
      }
      const told = [...way.steps, ...way.never, way.retries, way.address, way.one_for_all, way.trigger];
      for (const { text } of told) await expect(page).toContainText(text);
      for (const event of way.events) {
        await expect(page.getByRole('term').filter({ hasText: event.name }).first()).toBeVisible();
        await expect(page).toContainText(event.brings.text);
      }
      const linked = new Set([...told, ...way.events.map(({ brings }) => brings)].map((fact) => fact.page));
      linked.delete(undefined);
      for (const url of linked) await expect(page.locator(`a[href="${url}"]`).first()).toBeVisible();
      await expect(page.getByRole('heading', { name: 'Let signatures be checked' })).toHaveCount(
        way.signs ? 1 : 0,
      );
    }
  });
}

test('the test waits, lets no sample and no request by hand count, and turns green with the first delivery', async ({
  inbox,
}) => {
  const page = await inbox.openAddress('smartsupp');
  const state = page.getByRole('status', { name: 'Connection' });
  await expect(state).toHaveText('Waiting for the first delivery from Smartsupp…');
  await expect(page.getByText(/do not count/)).not.toContainText('One of these arrived');

  expect(await post(inbox, 'smartsupp', chat(1), 'Afterchat/0.1.0 (sample)')).toBe(200);
  await expect(page.getByText(/do not count/)).toContainText('One of these arrived');
  expect(await post(inbox, 'smartsupp', chat(2), 'curl/8.5.0')).toBe(200);
  await expect
    .poll(async () => (await inbox.overview()).sources.find(({ name }) => name === 'smartsupp')?.deliveries)
    .toBe(2);
  await expect(state, 'neither is the service').toHaveText('Waiting for the first delivery from Smartsupp…');

  expect(await post(inbox, 'smartsupp', chat(3), 'Smartsupp')).toBe(200);
  await expect(state).toContainText('The first delivery arrived');
  await expect(page.getByRole('heading', { name: 'Connected' })).toBeVisible();
  await expect(
    page.getByRole('heading', { name: 'Make the address reachable' }),
    'the guide is folded',
  ).toBeHidden();
  await page.getByText('How Smartsupp is connected').click();
  await expect(page.getByRole('heading', { name: /^Make the address reachable ?, done$/ })).toBeVisible();

  await inbox.page.reload();
  await expect(state, 'it stays green').toContainText('The first delivery arrived');
  await page.getByRole('button', { name: 'Open the delivery' }).click();
  await expect(inbox.page.getByRole('region', { name: 'Request' })).toContainText('/h/smartsupp/');
  await inbox.page.goBack();
  await page.getByRole('button', { name: 'Open the conversation' }).click();
  await expect(inbox.page.getByRole('heading', { level: 2, name: 'Anna Berg' })).toBeVisible();
});

test('what arrived but was refused is said, leads there, and turns green once it is accepted', async ({
  inbox,
}) => {
  await inbox.page.request.post('/api/act/add_secret', {
    data: { source: 'smartsupp', secret: 'the-app-secret-42f0' },
    headers: { 'X-Afterchat': '1' },
  });
  const page = await inbox.openAddress('smartsupp');
  const state = page.getByRole('status', { name: 'Connection' });
  expect(await post(inbox, 'smartsupp', chat(1), 'Smartsupp')).toBe(401);
  await expect(state).toContainText('it was refused and is in quarantine');
  await expect(page.getByText('This address asks for a signature and the request has none.')).toBeVisible();
  await page.getByRole('button', { name: 'Compare the secrets' }).click();
  await expect(page.getByRole('tab', { name: 'Signature', selected: true })).toBeVisible();
  await page.getByRole('tab', { name: 'Connect' }).click();
  // The line above the tabs leads there too.
  await page.getByRole('button', { name: 'Look at it' }).last().click();
  const signature = inbox.page.getByRole('region', { name: 'Signature' });
  await expect(signature).toContainText('In quarantine');
  await inbox.page.keyboard.press('a');
  await expect(signature).toContainText('accepted by hand');
  await inbox.openAddress('smartsupp');
  await expect(state).toContainText('The first delivery arrived');
});

test('what arrived but cannot be read is said, with the reason', async ({ inbox }) => {
  const page = await inbox.openAddress('chatlio');
  expect(await post(inbox, 'chatlio', '{"half a', 'Chatlio')).toBe(200);
  await expect(page.getByRole('status', { name: 'Connection' })).toContainText('it could not be read');
  const { trouble } = await inbox.ask('connected', { name: 'chatlio' });
  expect(trouble?.reason, 'an unreadable delivery has a reason').toBeTruthy();
  await expect(page).toContainText(trouble!.reason!);
});

test('an address that detects its service has every guide to choose from', async ({ inbox }) => {
  const page = await inbox.openAddress('any');
  await expect(page.getByRole('list', { name: 'Connect the service' })).toBeHidden();
  await page.getByLabel('Which service posts here?').selectOption({ label: 'tawk.to' });
  await expect(page.getByRole('heading', { name: 'Put it into tawk.to' })).toBeVisible();
  await expect(page).toContainText('An address that detects its service cannot check signatures.');
  await inbox.page.reload();
  await expect(page.getByRole('heading', { name: 'Put it into tawk.to' })).toBeVisible();
});

test('an address that only this machine reaches leads to the tunnel', async ({ inbox }) => {
  const page = await inbox.openAddress('comm100');
  await expect(page).toContainText('This address answers on this machine only.');
  await page.getByRole('button', { name: 'Set up a tunnel' }).click();
  await expect(inbox.page.getByRole('heading', { level: 1, name: 'Tunnel' })).toBeVisible();
});

test('the empty inbox leads to the guide, by keyboard', async ({ inbox }) => {
  const { page } = inbox;
  await page.getByRole('button', { name: /^Comm100 http/ }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Put it into Comm100' })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole('heading', { name: 'Nothing has arrived yet' })).toBeVisible();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the guide is for everybody, waiting, in trouble and green, ${colorScheme}`, async ({ inbox }) => {
    test.slow();
    const { page } = inbox;
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const check = async (what: string) => {
      for (const [width, height] of [
        [1280, 800],
        [900, 600],
      ] as const) {
        await page.setViewportSize({ width, height });
        const { violations } = await new AxeBuilder({ page }).analyze();
        const found = violations.map((each) => `${each.id}: ${each.nodes[0]?.html}`);
        expect(found, `${what} at ${width}`).toEqual([]);
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(over, `${what} fits into ${width}`).toBe(0);
      }
    };
    const region = await inbox.openAddress('smartsupp');
    await expect(region.getByRole('list', { name: 'Connect the service' })).toBeVisible();
    await check('waiting');
    expect(await post(inbox, 'smartsupp', '{"half a', 'Smartsupp')).toBe(200);
    await expect(region.getByRole('status', { name: 'Connection' })).toContainText('could not be read');
    await check('trouble');
    expect(await post(inbox, 'smartsupp', chat(1), 'Smartsupp')).toBe(200);
    await expect(region.getByRole('heading', { name: 'Connected' })).toBeVisible();
    await region.getByText('How Smartsupp is connected').click();
    await check('green, with the guide open');
  });
}
