// What is secret in a request is covered until somebody asks for it, wherever it would stand.
import { once } from 'node:events';
import { connect } from 'node:net';
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Inbox } from './inbox';

const head = 'canary-of-the-head';
const query = 'canary-of-the-query';
const body = 'canary-of-the-body';
const bytes = Buffer.from(body).toString('hex').match(/../g)!;

async function post(inbox: Inbox, key = body): Promise<void> {
  const answer = await fetch(`${await inbox.address('smartsupp')}?access_token=${query}&from=here`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${head}` },
    body: JSON.stringify({
      accountId: 1,
      channel: { id: 7, isChat: true, isCompleted: true },
      visitor: {
        id: 'v7',
        name: 'Anna Berg',
        email: 'anna@shop.example',
        variables: { api_key: body, city: 'Brno' },
      },
      messages: [{ type: 'visitor', content: 'How much is the lamp?', sentAt: Date.UTC(2026, 0, 5, 12) }],
      webhook: { secret_key: key, region: 'eu' },
    }),
  });
  expect(answer.status).toBe(200);
  await inbox.everythingIsRead();
}

async function openDelivery(inbox: Inbox): Promise<void> {
  await inbox.go('deliveries');
  await inbox.rows.last().click();
  await expect(inbox.page.getByText('4 values are secret, so covered.')).toBeVisible();
}

/** What is on the page, and what a screen reader is told. */
const everything = (inbox: Inbox) => inbox.page.content();

async function check(inbox: Inbox, covered: boolean, where: string, ...secrets: string[]): Promise<void> {
  const expected = expect.poll(() => everything(inbox), where);
  for (const secret of secrets) await (covered ? expected.not.toContain(secret) : expected.toContain(secret));
}

test('no way to look at a request shows its secrets unasked', async ({ inbox }) => {
  await post(inbox);
  await inbox.post('chatlio', { event: 'login' });
  await openDelivery(inbox);
  const { page } = inbox;
  const raw = page.getByRole('region', { name: 'Raw body' });
  await page.locator('summary', { hasText: 'header' }).click();
  for (const tab of ['Tree', 'Became', 'Other', 'Raw']) {
    await page.getByRole('tab', { name: new RegExp(`^${tab}`) }).click();
    await expect(raw).toContainText(`"secret_key":"${'*'.repeat(body.length)}","region":"eu"`);
    await check(inbox, true, tab, head, query, body);
  }
  await page.getByRole('tab', { name: 'Hex' }).click();
  const hex = page.getByRole('region', { name: 'Bytes in hexadecimal' });
  await expect(hex).toContainText('accountId');
  await expect(hex).toContainText('****');
  await expect(hex).not.toContainText('canary');

  await page.keyboard.press('h');
  await expect(page.getByText('4 values are secret, and shown.')).toBeVisible();
  await expect(hex, 'in two rows, as it falls').toContainText('canary');
  await expect(hex).toContainText(bytes.slice(0, 6).join(''));
  await page.getByRole('tab', { name: 'Raw' }).click();
  await check(inbox, false, 'asked for', head, query, body);
  await page.getByRole('button', { name: 'Cover' }).click();
  await check(inbox, true, 'covered again', head, query, body);

  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await expect(raw).toContainText(body);
  await inbox.rows.first().click();
  await expect(raw).toContainText('login');
  await inbox.rows.last().click();
  await expect(raw).toContainText('secret_key');
  await check(inbox, true, 'another was open meanwhile', head, query, body);
});

test('what is copied of a covered body has its secrets covered, and says so', async ({ inbox }) => {
  await inbox.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await post(inbox);
  await openDelivery(inbox);
  const { page } = inbox;
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await page.getByRole('button', { name: 'Copy Raw body' }).click();
  await expect(page.getByText('Copied with its secrets covered.')).toBeVisible();
  expect(await copied()).not.toContain(body);
  await page.keyboard.press('h');
  await expect(page.getByText('4 values are secret, and shown.')).toBeVisible();
  await page.getByRole('button', { name: 'Copy Raw body' }).click();
  await expect.poll(copied).toContain(body);
});

test('two requests are compared without their secrets: only that they differ is told', async ({ inbox }) => {
  const other = 'another-of-the-body';
  await post(inbox);
  await post(inbox, other);
  await inbox.go('deliveries');
  await inbox.rows.first().click();
  await inbox.page.keyboard.press('=');
  const lines = inbox.page.getByRole('listbox', { name: 'Differences of the bodies' });
  await expect(lines.getByRole('option', { name: /secret_key, "?HIDDEN-1"?, "?HIDDEN-2/ })).toBeVisible();
  await check(inbox, true, 'compared', head, query, body, other);
});

test('the details of a conversation cover what is secret by its name', async ({ inbox }) => {
  await post(inbox);
  await inbox.go('everything');
  await inbox.row('Anna Berg').click();
  await expect(inbox.details).toContainText('Brno');
  await expect(inbox.details).toContainText('2 values are secret, so covered.');
  await check(inbox, true, 'details', body);
  await inbox.page.keyboard.press('h');
  await expect(inbox.details).toContainText(body);
  await inbox.page.keyboard.press('h');
  await check(inbox, true, 'covered again', body);
});

test('of a request that broke off, what was to be secret is covered as well', async ({ inbox }) => {
  const url = new URL(await inbox.address('any'));
  const start = `POST ${url.pathname} HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${head}\r\nContent-Length: 999\r\n\r\n`;
  const socket = connect(Number(url.port), url.hostname);
  await once(socket, 'connect');
  socket.end(`${start}{"event":"chat","client_secret":"${body}`);
  await once(socket.resume(), 'close');
  await inbox.go('deliveries');
  const { page } = inbox;
  await page.getByRole('button', { name: /^Not taken/ }).click();
  await inbox.row('broken off').click();
  await expect(page.getByText('2 values are secret, so covered.')).toBeVisible();
  await expect(page.getByText(`"client_secret":"${'*'.repeat(body.length)}`)).toBeVisible();
  await check(inbox, true, 'broken off', head, body);
  await page.keyboard.press('h');
  await expect(page.getByText(body)).toBeVisible();
  await check(inbox, false, 'asked for', head);
});

for (const colorScheme of ['light', 'dark'] as const)
  for (const viewport of [
    { width: 1280, height: 800 },
    { width: 900, height: 600 },
  ])
    test(`what is covered is accessible in ${colorScheme} at ${viewport.width} pixels`, async ({ inbox }) => {
      const { page } = inbox;
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      await post(inbox);
      const look = async (name: string) => {
        if (process.env.AFTERCHAT_SHOTS)
          await page.screenshot({
            path: `${process.env.AFTERCHAT_SHOTS}/secrets-${name}-${colorScheme}-${viewport.width}.png`,
          });
        expect((await new AxeBuilder({ page }).analyze()).violations, name).toEqual([]);
      };
      await openDelivery(inbox);
      await look('covered');
      await page.keyboard.press('h');
      await expect(page.getByText('4 values are secret, and shown.')).toBeVisible();
      await look('shown');
      await inbox.go('everything');
      await inbox.row('Anna Berg').click();
      await look('details');
    });
