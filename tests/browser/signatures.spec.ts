// Signing secrets, the quarantine, and the way out of it.
import AxeBuilder from '@axe-core/playwright';
import { createHmac } from 'node:crypto';
import { expect, type Inbox, test } from './inbox';

const secret = 'the-app-secret-42f0';
const chat = (id: number, words: string) =>
  JSON.stringify({
    accountId: 1,
    beginAt: Date.UTC(2026, 0, 5, 12, id),
    channel: { id, isChat: true, isCompleted: true },
    visitor: { id, name: 'Anna Berg' },
    messages: [{ type: 'visitor', content: words, sentAt: Date.UTC(2026, 0, 5, 12, id) }],
  });

async function post(inbox: Inbox, body: string, key?: string): Promise<number> {
  const signature = key && createHmac('sha256', key).update(body).digest('hex');
  const headers = { 'Content-Type': 'application/json', ...(signature && { 'X-Smartsupp-Hmac': signature }) };
  return (await fetch(await inbox.address('smartsupp'), { method: 'POST', headers, body })).status;
}

const item = (inbox: Inbox, name: string) => inbox.page.getByRole('region', { name: `Hook address ${name}` });

async function setSecret(inbox: Inbox): Promise<void> {
  const source = await inbox.openAddress('smartsupp', 'signature');
  await expect(source.getByText('Signature: not checked')).toBeVisible();
  await source.getByLabel('Secret').fill(` ${secret} `);
  await source.getByLabel('Called').fill('2026');
  await source.getByRole('button', { name: 'Add secret' }).click();
  await expect(source.getByText('Signature: checked with one secret')).toBeVisible();
}

test('a secret is set, followed by another, and never shown again', async ({ inbox }) => {
  const { page } = inbox;
  await setSecret(inbox);
  const source = item(inbox, 'smartsupp');
  await expect(source.getByText('ends in …42f0')).toBeVisible();
  await expect(source.getByLabel('Secret')).toHaveValue('');
  await source.getByLabel('Secret').fill(secret);
  await source.getByRole('button', { name: 'Add secret' }).click();
  await expect(source.getByRole('alert')).toContainText('This secret is set already');
  await source.getByLabel('Secret').fill('the-next-secret-7b');
  await source.getByRole('button', { name: 'Add secret' }).click();
  await expect(source.getByText('checked with 2 secrets')).toBeVisible();
  expect(await post(inbox, chat(1, 'old'), secret), 'both are good').toBe(200);
  expect(await post(inbox, chat(2, 'new'), 'the-next-secret-7b'), 'both are good').toBe(200);
  await source.getByRole('button', { name: 'Remove 2026…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove secret' }).click();
  await expect(source.getByText('checked with one secret')).toBeVisible();
  expect(await post(inbox, chat(3, 'old'), secret), 'the old one is gone').toBe(401);
  expect(await page.content()).not.toContain(secret);
  expect(JSON.stringify(await inbox.overview())).not.toContain(secret);
  await expect(await inbox.openAddress('chatlio', 'signature')).toContainText('Chatlio signs nothing');
});

test('what is not signed waits in quarantine, is accepted by a key, and goes back by undo', async ({
  inbox,
}) => {
  const { page } = inbox;
  await setSecret(inbox);
  await inbox.go('inbox');
  expect(await post(inbox, chat(1, 'Is this signed?'), 'another secret')).toBe(401);
  await expect(page.getByText('A delivery was refused because of its signature')).toBeVisible();
  await page.getByRole('button', { name: '1 delivery in quarantine' }).click();
  await expect(inbox.rows).toHaveCount(1);
  await inbox.rows.first().click();
  const signature = page.getByRole('region', { name: 'Signature' });
  await expect(signature).toContainText('In quarantine: wrong signature');
  await expect(signature).toContainText('or the body was changed on its way');
  await expect(signature).toContainText('X-Smartsupp-Hmac');

  await page.keyboard.press('a');
  await expect(signature).toContainText('accepted by hand');
  await expect(page.getByRole('button', { name: 'Open the conversation' })).toBeVisible();
  await expect(page.getByRole('button', { name: '1 delivery in quarantine' })).toBeHidden();
  await page.keyboard.press('z');
  await expect(signature).toContainText('In quarantine: wrong signature');
  await signature.getByRole('button', { name: 'Accept' }).click();
  await page.getByRole('button', { name: 'Open the conversation' }).click();
  await expect(page.getByRole('heading', { level: 2, name: 'Anna Berg' })).toBeVisible();
});

test('an address may also take what is not signed', async ({ inbox }) => {
  await setSecret(inbox);
  const source = item(inbox, 'smartsupp');
  await expect(source.getByText(/The older POST hook.* is not signed/)).toBeVisible();
  await source.getByLabel('Also take what has no signature').check();
  await expect
    .poll(async () => (await inbox.overview()).sources.some((each) => each.takes_unsigned))
    .toBe(true);
  expect(await post(inbox, chat(1, 'Hello'))).toBe(200);
  expect(await post(inbox, chat(2, 'Hello'), 'wrong')).toBe(401);
  await inbox.go('deliveries');
  await expect(inbox.rows).toHaveCount(2);
  await inbox.row('Anna').or(inbox.rows.last()).last().click();
  await expect(inbox.page.getByRole('region', { name: 'Signature' })).toContainText(
    'taken without a signature, as this address is set to',
  );
});

test('a sample is signed as its service would sign it', async ({ inbox }) => {
  await setSecret(inbox);
  const source = await inbox.openAddress('smartsupp');
  await source
    .getByRole('button', { name: /Twenty trays/ })
    .first()
    .click();
  await expect(inbox.page.getByText(/answered 200/)).toBeVisible();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the quarantine and the secrets are for everybody, ${colorScheme}`, async ({ inbox }) => {
    const { page } = inbox;
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const check = async (what: string) => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(
        violations.map((each) => `${each.id}: ${each.nodes[0]?.html}`),
        what,
      ).toEqual([]);
    };
    await setSecret(inbox);
    await check('the secrets');
    await post(inbox, chat(1, 'Unsigned'));
    await page.getByRole('button', { name: '1 delivery in quarantine' }).click();
    await inbox.rows.first().click();
    await expect(page.getByRole('region', { name: 'Signature' })).toBeVisible();
    await check('a quarantined delivery');
    await page.keyboard.press('a');
    await expect(page.getByRole('region', { name: 'Signature' })).toContainText('accepted by hand');
    await check('an accepted delivery');
  });
}
