// Forwarding: targets of an address, what arrived there, what did not, and sending it again. The targets are real servers.
import AxeBuilder from '@axe-core/playwright';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Locator } from '@playwright/test';
import { expect, type Inbox, test } from './inbox';

interface Target {
  url: string;
  bodies: string[];
  /** What it answers from now on. */
  says: { status: number; body: string };
}

const open: (() => void)[] = [];
test.afterEach(() => {
  for (const close of open.splice(0)) close();
});

async function target(status = 200, body = ''): Promise<Target> {
  const made: Target = { url: '', bodies: [], says: { status, body } };
  const server = createServer((request, answer) => {
    let text = '';
    request.on('data', (piece: Buffer) => (text += piece.toString()));
    request.on('end', () => {
      made.bodies.push(text);
      answer.writeHead(made.says.status, { 'Content-Type': 'text/plain' });
      answer.end(made.says.body);
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  open.push(() => server.close());
  made.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook`;
  return made;
}

async function post(inbox: Inbox, body: string): Promise<Response> {
  return fetch(await inbox.address('any'), { method: 'POST', body });
}

async function addTarget(inbox: Inbox, url: string, name: string, choice?: string): Promise<Locator> {
  const page = await inbox.openAddress('any', 'forward');
  await page.getByRole('button', { name: 'Add target' }).click();
  const form = inbox.page.getByRole('dialog');
  await form.getByLabel('Address', { exact: true }).fill(url);
  await form.getByLabel('Called').fill(name);
  if (choice) await form.getByLabel(choice).check();
  await form.getByRole('button', { name: 'Add target' }).click();
  const row = page.getByRole('listitem', { name });
  await expect(row).toBeVisible();
  return row;
}

test('what arrives is sent on, and its way is told at the target and at the delivery', async ({ inbox }) => {
  const { page } = inbox;
  const there = await target();
  const row = await addTarget(inbox, there.url, 'My server');
  await expect(row).toContainText('nothing sent yet');
  await post(inbox, '{"a": 1}');
  await expect(row).toContainText('1 arrived');
  await expect(row).toContainText('Last answer: 200');
  expect(there.bodies).toEqual(['{"a": 1}']);
  await row.getByRole('button', { name: 'Log' }).click();
  await expect(page).toHaveURL(/target=1/);
  const log = page.getByRole('region', { name: 'Log of My server' });
  await expect(log.getByRole('listitem')).toHaveCount(1);
  await page.reload();
  await log.getByRole('button', { name: 'delivery 1' }).click();

  const forwarded = page.getByRole('region', { name: 'Forwarded' });
  await expect(forwarded).toContainText('My server');
  await expect(forwarded).toContainText('arrived');
  await forwarded.getByRole('button', { name: 'Forward to My server now' }).click();
  await expect.poll(() => there.bodies.length).toBe(2);
  await expect(forwarded.getByRole('listitem').locator('time')).toHaveCount(2);
  await page.goBack();
  await expect(log.getByRole('listitem')).toHaveCount(2);
});

test('an address that nothing goes to is refused in words', async ({ inbox }) => {
  const page = await inbox.openAddress('any', 'forward');
  await page.getByRole('button', { name: 'Add target' }).click();
  const form = inbox.page.getByRole('dialog');
  const refused = async (url: string, words: string) => {
    await form.getByLabel('Address', { exact: true }).fill(url);
    await form.getByLabel('Address', { exact: true }).press('Enter');
    await expect(form.getByRole('alert')).toContainText(words);
  };
  await refused('http://169.254.169.254/latest/meta-data/', 'Nothing is sent to this address');
  await refused(await inbox.address('any'), 'This is a hook address of this very Afterchat');
  await refused('ftp://127.0.0.1/', 'http');
  await inbox.page.keyboard.press('Escape');
  await expect(form).toBeHidden();
  await expect(page.getByText('Nothing is forwarded yet.')).toBeVisible();
});

test('what a target does not take is told everywhere and sent again', async ({ inbox }) => {
  const { page } = inbox;
  const there = await target(410, 'gone');
  const row = await addTarget(inbox, there.url, 'Old server');
  await post(inbox, 'one');
  await post(inbox, 'two');
  const alarm = page.getByRole('button', { name: '2 forwards given up' });
  await expect(alarm).toBeVisible();
  await inbox.go('inbox');
  await alarm.click();
  await expect(row).toContainText('2 given up');
  await row.getByRole('button', { name: 'Log' }).click();
  const dead = page.getByRole('region', { name: 'Given up' });
  await expect(dead.getByRole('listitem')).toHaveCount(2);
  there.says = { status: 204, body: '' };
  await dead.getByRole('button', { name: 'Send delivery 1 again' }).click();
  await expect(row).toContainText('1 arrived');
  await dead.getByRole('button', { name: 'Send it again' }).click();
  await expect(row).toContainText('2 arrived');
  await expect(alarm).toBeHidden();
  await expect(dead).toBeHidden();
  expect(there.bodies).toEqual(['one', 'two', 'one', 'two']);
});

test('the service gets what the target says, when a person wants that', async ({ inbox }) => {
  const there = await target(422, 'no e-mail address');
  const row = await addTarget(inbox, there.url, 'Strict', 'Before the answer, and pass its answer back');
  await expect(row).toContainText('before the answer, passes back');
  const answer = await post(inbox, '{}');
  expect([answer.status, await answer.text()]).toEqual([422, 'no e-mail address']);
  there.says = { status: 503, body: 'busy' };
  const usual = await post(inbox, '{}');
  expect([usual.status, await usual.text()], 'what fails costs the service nothing').toEqual([
    200,
    '{"result":"ok"}',
  ]);
  await expect(row).toContainText('1 waiting');
  await expect(row).toContainText(/next in \d+ s/);
});

test('a target rests, goes, and comes back by a key, with what arrived meanwhile', async ({ inbox }) => {
  const { page } = inbox;
  const there = await target();
  await post(inbox, 'before it was added');
  const row = await addTarget(inbox, there.url, 'My server');
  await row.getByRole('button', { name: 'Pause' }).press('Enter');
  await expect(row).toContainText('paused');
  await post(inbox, 'one');
  await expect(row).toContainText('1 waiting');
  await row.getByRole('button', { name: 'Go on' }).press('Enter');
  await expect(row).toContainText('1 arrived');

  await row.getByRole('button', { name: 'Remove' }).press('Enter');
  await expect(row).toBeHidden();
  await post(inbox, 'two');
  await page.keyboard.press('z');
  await expect(row).toContainText('2 arrived');
  expect(there.bodies).toEqual(['one', 'two']);

  await row.getByRole('button', { name: 'Also earlier ones' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Send them' }).click();
  await expect(row).toContainText('3 arrived');
  expect(there.bodies.at(-1)).toBe('before it was added');

  await row.getByRole('button', { name: 'Change' }).click();
  const form = page.getByRole('dialog');
  await expect(form.getByLabel('Address', { exact: true })).toHaveValue(there.url);
  await form.getByLabel('Called').fill('Staging');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('listitem', { name: 'Staging' })).toBeVisible();
});

for (const colorScheme of ['light', 'dark'] as const)
  for (const size of [
    { width: 1280, height: 800 },
    { width: 900, height: 600 },
  ]) {
    test(`forwarding is for everybody, ${colorScheme}, ${size.width}`, async ({ inbox }) => {
      const { page } = inbox;
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const shots = process.env.AFTERCHAT_SHOTS;
      const check = async (what: string) => {
        if (shots)
          await page.screenshot({
            path: `${shots}/${what}-${colorScheme}-${size.width}.png`,
          });
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(
          violations.map((each) => `${each.id}: ${each.nodes[0]?.html}`),
          what,
        ).toEqual([]);
      };
      const [good, bad] = [await target(200, 'thank you'), await target(410, '{"error":"gone"}')];
      const region = await inbox.openAddress('any', 'forward');
      await expect(region.getByText('Nothing is forwarded yet.')).toBeVisible();
      await check('empty');
      await addTarget(inbox, good.url, 'My server');
      const row = await addTarget(inbox, bad.url, 'Old server', 'Before the answer The');
      await post(inbox, '{"a": 1}');
      await post(inbox, '{"a": 2}');
      await expect(row).toContainText('2 given up');
      await row.getByRole('button', { name: 'Log' }).click();
      await expect(page.getByRole('region', { name: 'Log of Old server' }).getByRole('listitem')).toHaveCount(
        2,
      );
      await expect(page.getByRole('region', { name: 'Given up' }).getByRole('listitem')).toHaveCount(2);
      await check('targets');
      await row.getByRole('button', { name: 'Change' }).click();
      await expect(page.getByRole('dialog')).toBeVisible();
      await check('form');
      await page.keyboard.press('Escape');
      await inbox.go('deliveries?open=1');
      await expect(page.getByRole('region', { name: 'Forwarded' })).toContainText('Old server');
      await check('delivery');
    });
  }
