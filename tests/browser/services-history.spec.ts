// Fetching past chats on the page History, from a stand-in: a server on this machine that answers as SnapEngage's Logs
// API is documented.
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { expect, test } from './inbox';

const token = 'canary-0815-4711';

interface Standin {
  base: string;
  asked: { url: string; authorization: string }[];
  server: Server;
}

const log = (id: string, words: string) => ({
  id,
  type: 'chat',
  source_id: 2,
  requested_by: `${id}@shop.example`,
  requester_details: { name: `Kim ${id}` },
  created_at_seconds: 1_772_323_200,
  created_at_milliseconds: 0,
  transcripts: [{ id: '', sender: 'VISITOR', date_seconds: 1_772_323_201, alias: 'Kim', message: words }],
});

async function standin(answer: (asked: number) => { status: number; body: object }): Promise<Standin> {
  const asked: Standin['asked'] = [];
  const server = createServer((request, response) => {
    asked.push({ url: request.url ?? '', authorization: request.headers.authorization ?? '' });
    const { status, body } = answer(asked.length);
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return { base: `http://127.0.0.1:${port}/`, asked, server };
}

test('past chats are fetched, shown in the inbox, and not taken twice', async ({ inbox }) => {
  const { page } = inbox;
  const service = await standin(() => ({
    status: 200,
    body: { cases: [log('c1', 'Does the oil smell?'), log('c2', 'A second question')] },
  }));
  await page.getByRole('button', { name: 'History' }).click();
  await page.getByRole('button', { name: 'Set up SnapEngage' }).click();
  const dialog = page.getByRole('dialog', { name: 'Set up SnapEngage' });
  await dialog.getByLabel('API token').fill(token);
  await dialog.getByLabel('Organization ID').fill('208');
  await dialog.getByLabel('Address of the API').fill(service.base);
  await dialog.getByRole('button', { name: 'Save' }).click();

  const entry = page.getByRole('region', { name: 'SnapEngage' });
  await expect(entry).toContainText('API token: set, ends in 4711');
  await entry.getByLabel('From').fill('2026-03-01');
  await entry.getByLabel('To').fill('2026-03-02');
  const fetchChats = entry.getByRole('button', { name: 'Fetch past chats' });
  await fetchChats.click();
  await expect(entry).toContainText('Last run: 2 new, 0 here already');
  expect(service.asked[0]?.authorization, 'the Logs API takes the bare token').toBe(token);
  expect(service.asked[0]?.url).toContain('/208/logs?start=');

  await fetchChats.click();
  await expect(entry).toContainText('Last run: 0 new, 2 here already');
  expect(await page.content(), 'a token that is set is never shown again').not.toContain(token);

  await page.getByRole('button', { name: /^Inbox/ }).click();
  await expect(inbox.rows.filter({ hasText: 'Does the oil smell?' })).toHaveCount(1);
  service.server.close();
});

test('a credential that is not accepted is named, and what was entered can be changed', async ({ inbox }) => {
  const { page } = inbox;
  const service = await standin(() => ({ status: 401, body: {} }));
  await page.getByRole('button', { name: 'History' }).click();
  await page.getByRole('button', { name: 'Set up SnapEngage' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('API token').fill(token);
  await dialog.getByLabel('Organization ID').fill('208');
  await dialog.getByLabel('Address of the API').fill(service.base);
  await page.keyboard.press('Enter');
  const entry = page.getByRole('region', { name: 'SnapEngage' });
  await entry.getByRole('button', { name: 'Fetch past chats' }).click();
  await expect(entry).toContainText('The service did not accept the credential');
  await entry.getByRole('button', { name: 'Change: SnapEngage' }).click();
  await expect(dialog.getByLabel('API token')).toHaveValue('');
  await dialog.getByRole('button', { name: 'Remove the token' }).click();
  await expect(entry).toContainText('API token: not set');
  service.server.close();
});

test('a run that a service keeps waiting shows it and can be cancelled', async ({ inbox }) => {
  const { page } = inbox;
  const service = createServer((_, response) => response.writeHead(429, { 'Retry-After': '900' }).end());
  await new Promise<void>((done) => service.listen(0, '127.0.0.1', done));
  await page.getByRole('button', { name: 'History' }).click();
  await page.getByRole('button', { name: 'Set up Chatvisor' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('API key').fill(token);
  await dialog
    .getByLabel('Address of the API')
    .fill(`http://127.0.0.1:${(service.address() as AddressInfo).port}/`);
  await page.keyboard.press('Enter');
  await page
    .getByRole('region', { name: 'Chatvisor' })
    .getByRole('button', { name: 'Fetch past chats' })
    .click();
  const works = page.getByRole('region', { name: 'Brought in so far' });
  await expect(works).toContainText('as the service asks');
  await works.getByRole('button', { name: 'Cancel: Past chats of Chatvisor' }).click();
  await expect(works).toContainText('cancelled');
  service.close();
});

test('a Chatvisor conversation says what is needed to open it there', async ({ inbox }) => {
  await inbox.post('chatvisor', {
    customerId: 'k1',
    status: 'UNREAD',
    lastMessage: { test: 'Birch or oak?' },
  });
  await inbox.rows.filter({ hasText: 'Birch or oak?' }).click();
  await expect(inbox.details).toContainText('enter its API key and the two requests under History');
  await inbox.details.getByRole('button', { name: 'Go to History' }).click();
  await expect(inbox.page.getByRole('heading', { name: 'From a service' })).toBeVisible();
});
