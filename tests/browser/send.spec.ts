// Writing, changing, sending and trying requests.
import AxeBuilder from '@axe-core/playwright';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, type Inbox, test } from './inbox';

const editor = (inbox: Inbox) => inbox.page.getByRole('textbox', { name: 'Body' });
const answer = (inbox: Inbox) => inbox.page.getByRole('region', { name: 'Answer' });

/** Puts a text in place of the body, as typing does. */
async function write(inbox: Inbox, text: string): Promise<void> {
  await editor(inbox).click();
  await inbox.page.keyboard.press('ControlOrMeta+a');
  await inbox.page.keyboard.insertText(text);
}

async function compose(inbox: Inbox, what = 'sample=smartsupp_chat'): Promise<void> {
  await inbox.go(`send?${what}`);
  await expect(editor(inbox)).toBeVisible();
}

/** A server somewhere else: it keeps what it is sent and answers with a redirect. */
async function elsewhere() {
  const got: { method: string; url: string; raw: string[]; body: string }[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const { method = '', url = '', rawHeaders: raw } = request;
      got.push({ method, url, raw, body: Buffer.concat(pieces).toString() });
      response.writeHead(307, { Location: `http://127.0.0.1:1/`, 'X-Said': '<b>no\u00a0markup</b>' });
      response.end('<img src=x onerror=alert(1)>');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/there?a=b`;
  return { got, url, close: () => server.close() };
}

test('a delivery is changed and sent again, from the keyboard alone', async ({ inbox }) => {
  const { page } = inbox;
  await inbox.post('any', '{"hello": "<img src=x onerror=alert(1)>\u202e", "n": 12345678901234567890.50}');
  await inbox.go('deliveries');
  await inbox.rows.first().click();
  // The key belongs to the delivery, which must be there.
  await expect(page.getByRole('region', { name: 'Raw body' })).toBeVisible();
  await page.keyboard.press('r');
  await expect(page.getByRole('heading', { level: 1, name: 'Delivery 1, sent again' })).toBeVisible();
  await expect(editor(inbox)).toContainText('12345678901234567890.50');
  await page.getByRole('button', { name: 'Format' }).click();
  await expect(editor(inbox)).toContainText('12345678901234567890.50');

  await write(inbox, '{"hello": 1\n "again": 2}');
  const wrong = page.getByRole('button', { name: 'Line 2, column 2: a comma is missing' });
  await expect(wrong).toBeVisible();
  await wrong.click();
  await expect(editor(inbox)).toBeFocused();
  await page.keyboard.insertText(',');
  await expect(page.getByText('JSON ·')).toBeVisible();
  await page.keyboard.press('ControlOrMeta+Enter');
  await expect(answer(inbox)).toContainText('Status 200');
  await expect(answer(inbox)).toContainText('{"result":"ok"}');
  await answer(inbox).getByRole('button', { name: 'Open it as delivery 2' }).click();
  await expect(page.getByRole('region', { name: 'Request' })).toContainText('again');
  await page.goBack();
  await expect(editor(inbox), 'what was typed is still there').toContainText('"again": 2');
});

test('keys that are typed into the body are no commands', async ({ inbox }) => {
  await compose(inbox, '');
  await editor(inbox).click();
  await inbox.page.keyboard.type('8 9 0 / ?');
  await expect(editor(inbox)).toContainText('8 9 0 / ?');
  await expect(inbox.page.getByRole('dialog')).toBeHidden();
  await expect(inbox.page).toHaveURL(/#\/send/);
});

test('headers are left out, changed, moved and added, and arrive elsewhere just so', async ({ inbox }) => {
  const { page } = inbox;
  const there = await elsewhere();
  await compose(inbox, '');
  await page.getByLabel('Method').fill('PUT');
  await page.getByLabel('Where to').selectOption('To a URL');
  await page.getByLabel('URL').fill(there.url);
  await page.getByRole('button', { name: 'Add a header' }).click();
  await page.keyboard.insertText('x-B');
  await page.getByLabel('Value: x-B').fill('ü 2');
  await page.getByRole('button', { name: 'Move x-B up' }).click();
  await page.getByLabel('Send User-Agent').uncheck();
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(answer(inbox)).toContainText('Status 307');
  await expect(answer(inbox)).toContainText('<img src=x onerror=alert(1)>');
  await expect(answer(inbox)).toContainText('Location');
  expect(there.got).toHaveLength(1);
  const { method, url, raw, body } = there.got[0]!;
  expect([method, url, body]).toEqual(['PUT', '/there?a=b', '{}']);
  expect(raw.slice(2)).toEqual([
    'x-B',
    Buffer.from('ü 2').toString('latin1'),
    'Content-Type',
    'application/json',
    'Content-Length',
    '2',
  ]);
  await page.getByLabel('URL').fill('http://169.254.169.254/latest');
  await page.keyboard.press('Enter');
  await expect(answer(inbox).getByRole('alert')).toContainText('Nothing is sent to this address');
  there.close();
});

test('a dry run tells what would change and changes nothing', async ({ inbox }) => {
  const { page } = inbox;
  await compose(inbox);
  await page.getByLabel('Where to').selectOption('Dry run as');
  await page.getByRole('button', { name: 'Try it' }).click();
  await expect(answer(inbox)).toContainText('A new conversation');
  await expect(answer(inbox)).toContainText('Nothing was sent, and nothing in the archive has changed.');
  expect((await inbox.overview()).deliveries).toBe(0);
  await page.getByLabel('Where to').selectOption('To an address');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(answer(inbox)).toContainText('Status 200');
  await inbox.everythingIsRead();
  await page.getByLabel('Where to').selectOption('Dry run as');
  await page.getByRole('button', { name: 'Try it' }).click();
  await expect(answer(inbox)).toContainText('Would stay as it is');
  const text = (await inbox.ask('compose', { sample: 'smartsupp_chat' })).body!;
  await write(inbox, text.replaceAll('1792675661902', '1792675662902').replace('"rating": 5', '"rating": 2'));
  await page.getByRole('button', { name: 'Try it' }).click();
  await expect(answer(inbox)).toContainText('Would change');
  await expect(answer(inbox).getByRole('listitem').filter({ hasText: 'rating' }).first()).toBeVisible();
  expect((await inbox.overview()).deliveries).toBe(1);
});

test('what was typed outlives a reload, until it is wanted as received', async ({ inbox }) => {
  const { page } = inbox;
  await compose(inbox);
  await write(inbox, '{"mine": true}');
  await page.getByLabel('Method').fill('PATCH');
  await page.reload();
  await expect(editor(inbox)).toContainText('"mine": true');
  await expect(page.getByLabel('Method')).toHaveValue('PATCH');
  await page.getByRole('button', { name: 'Start over' }).click();
  await expect(editor(inbox)).toContainText('Jana');
  await expect(page.getByLabel('Method')).toHaveValue('POST');
});

test('a request is kept as a sample, renamed, deleted and had back', async ({ inbox }) => {
  const { page } = inbox;
  await compose(inbox, '');
  await write(inbox, '{"mine": 1}');
  await page.getByRole('button', { name: 'Keep as a sample…' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('<b>Mine</b>');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: '<b>Mine</b>' })).toBeVisible();
  await expect(editor(inbox)).toContainText('{"mine": 1}');
  await write(inbox, '{"mine": 2}');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('“<b>Mine</b>” is saved.')).toBeVisible();
  await page.reload();
  await expect(editor(inbox)).toContainText('{"mine": 2}');
  await page.getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'A request of your own' })).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByRole('heading', { level: 1, name: '<b>Mine</b>' })).toBeVisible();
  await expect(page.getByLabel('Start from')).toContainText('<b>Mine</b>');
});

test('a sample is sent many times, each with a conversation of its own', async ({ inbox }) => {
  const { page } = inbox;
  await compose(inbox);
  await page.getByText('Send many').click();
  await page.getByLabel('Times').fill('5');
  await page.getByLabel('per second').fill('100');
  await page.getByLabel('Each with a conversation of its own').check();
  await page.getByRole('button', { name: 'Begin' }).click();
  await expect(page.getByText('done · 5 taken')).toBeVisible();
  await inbox.everythingIsRead();
  expect((await inbox.overview()).views.everything.total).toBe(5);
});

test('from an address a sample is changed and signed anew with its secret', async ({ inbox }) => {
  const { page } = inbox;
  const source = await inbox.openAddress('smartsupp', 'signature');
  await source.getByLabel('Secret').fill('the-app-secret-42f0');
  await source.getByLabel('Called').fill('2026');
  await source.getByRole('button', { name: 'Add secret' }).click();
  await expect(source.getByText('Signature: checked with one secret')).toBeVisible();
  await inbox.openAddress('smartsupp');
  await page.getByRole('button', { name: 'Change and send…' }).first().click();
  await expect(page.getByRole('heading', { level: 1, name: /Twenty trays/ })).toBeVisible();
  await write(inbox, '{"accountId": 1, "channel": {"id": 7, "isChat": true}}');
  await page.getByLabel('Signature').selectOption('as it is');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(answer(inbox)).toContainText('Status 401');
  await page.getByLabel('Signature').selectOption('anew with “2026” of smartsupp');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(answer(inbox)).toContainText('Status 200');
  await expect(answer(inbox).getByText('5 headers as they went out')).toBeVisible();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the page is for everybody, ${colorScheme}`, async ({ inbox }) => {
    const { page } = inbox;
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const shots = process.env.AFTERCHAT_SHOTS;
    const check = async (what: string) => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(
        violations.map((each) => `${each.id}: ${each.nodes[0]?.html}`),
        what,
      ).toEqual([]);
      for (const [width, height] of shots
        ? [
            [1280, 800],
            [900, 600],
          ]
        : []) {
        await page.setViewportSize({ width: width!, height: height! });
        await page.screenshot({ path: `${shots}/${what.replaceAll(' ', '-')}-${colorScheme}-${width}.png` });
      }
      await page.setViewportSize({ width: 1280, height: 800 });
    };
    await compose(inbox);
    await check('a request');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await expect(answer(inbox)).toContainText('Status 200');
    await check('an answer');
    await inbox.everythingIsRead();
    const text = (await inbox.ask('compose', { sample: 'smartsupp_chat' })).body!;
    await write(
      inbox,
      text.replaceAll('1792675661902', '1792675662902').replace('"rating": 5', '"rating": 2'),
    );
    await page.getByLabel('Where to').selectOption('Dry run as');
    await page.getByRole('button', { name: 'Try it' }).click();
    await expect(answer(inbox)).toContainText('Would change');
    await check('a dry run');
    await write(inbox, '{"broken": [1, 2}');
    await expect(page.getByRole('button', { name: /^Line 1, column/ })).toBeVisible();
    await check('a broken body');
    await page.getByLabel('Where to').selectOption('To a URL');
    await page.getByLabel('URL').fill('http://169.254.169.254/');
    await page.keyboard.press('Enter');
    await expect(answer(inbox).getByRole('alert')).toBeVisible();
    await check('a refused address');
  });
}
