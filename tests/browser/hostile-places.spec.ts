// Hostile text where it is not the transcript: requests and their parts, what was not taken, comparisons, requests to send, notes,
// labels, searches, visitors; links and where they lead; and much of it at once.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { resolve } from 'node:path';
import { canary, spoken } from './canary';
import { expect, test, type Inbox } from './inbox';
import { family, filled } from './vectors';

const looks = readFileSync(resolve(__dirname, 'looks.js'), 'utf8');

async function looksRight(inbox: Inbox, where: string): Promise<void> {
  await inbox.page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
  );
  expect(await inbox.page.evaluate(looks), where).toEqual([]);
}

async function act(inbox: Inbox, name: string, ask: object): Promise<void> {
  const answer = await inbox.page.request.post(`/api/act/${name}`, {
    data: ask,
    headers: { 'X-Afterchat': '1' },
  });
  expect(answer.ok(), `${name}: ${await answer.text()}`).toBe(true);
}

/** Markup and marks that turn text around, on one line. */
const nasty = (host: string) =>
  [...family('scripts').slice(0, 20), ...family('text').slice(0, 5)]
    .map((vector) => spoken(vector, host).replaceAll(/\s+/g, ' '))
    .join(' ');

test('requests, parts, comparisons, notes, labels and refusals hold hostile text', async ({ inbox }) => {
  const server = await canary();
  const { page } = inbox;
  const text = nasty(server.host);
  // The door takes no head of any length.
  const short = `${text.slice(0, 300)}\u202eevil`;
  const inHeader = short.replaceAll(/[^\u0020-\u007e]/g, '~');
  const url = new URL(await inbox.address('tawkto'));
  const raw = async (head: string, body: string) => {
    const socket = connect(Number(url.port), url.hostname);
    await once(socket, 'connect');
    socket.write(`${head}Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`);
    await once(socket.resume(), 'close');
  };
  const form = `--B\r\nContent-Disposition: form-data; name="${text.replaceAll('"', "'")}"; filename="../${text.replaceAll('"', "'")}.exe"\r\nContent-Type: ${inHeader}\r\n\r\n${text}\r\n--B--\r\n`;
  const line = `POST ${url.pathname}?q=${encodeURIComponent(short)} HTTP/1.1\r\nHost: a\r\n`;
  await raw(`${line}Content-Type: multipart/form-data; boundary=B\r\nX-Odd: ${inHeader}\r\n`, form);
  await raw(
    `${line}Content-Type: application/x-www-form-urlencoded\r\n`,
    new URLSearchParams([[text, text]]).toString(),
  );
  await raw(`${line}Content-Type: ${inHeader}\r\n`, `<x a="1">${text}</x>`);
  await raw(
    `${line}Content-Type: application/json\r\nX-Odd: ${inHeader}\r\n`,
    JSON.stringify({ [text]: { [text]: [text] } }),
  );
  await raw(
    `${line}Content-Type: application/json\r\nX-Odd: other\r\n`,
    JSON.stringify({ [text]: { [text]: [`${text} other`] } }),
  );
  const broken = connect(Number(url.port), url.hostname);
  await once(broken, 'connect');
  broken.end(`${line}X-Odd: ${inHeader}\r\nContent-Length: 9999\r\n\r\n${text}`);
  await once(broken.resume(), 'close');
  await inbox.everythingIsRead();
  expect((await inbox.overview()).deliveries, 'all of them were taken').toBe(5);
  await act(inbox, 'note_delivery', { id: '1', text });
  await act(inbox, 'add_secret', {
    source: 'tawkto',
    label: text.slice(0, 60),
    secret: 'a secret of our own',
  });
  await inbox.go('deliveries');
  for (const number of [1, 2, 3, 4, 5]) {
    await inbox.go(`deliveries?open=${number}`);
    await page.reload();
    const tabs = page.getByRole('tab');
    await expect(tabs.first()).toBeVisible();
    for (const headers of await page.locator('details > summary').all()) await headers.click();
    for (let tab = 0; tab < (await tabs.count()); tab += 1) {
      await tabs.nth(tab).click();
      await looksRight(inbox, `delivery ${number}, tab ${tab}`);
    }
  }
  await inbox.go('deliveries?open=5&with=4');
  await expect(page.getByText('x-odd', { exact: false }).first()).toBeVisible();
  await looksRight(inbox, 'the comparison');
  await inbox.go('refused');
  await inbox.rows.first().click();
  await expect(page.getByRole('heading', { level: 2 }).last()).toContainText('POST');
  await looksRight(inbox, 'what was not taken');
  await inbox.go('send?delivery=4');
  await expect(page.getByRole('heading').first()).toBeVisible();
  await looksRight(inbox, 'a request to send');
  for (const part of ['connect', 'signature', 'forward', 'answer']) {
    await inbox.openAddress('tawkto', part);
    await looksRight(inbox, `the address, ${part}`);
  }
  expect([...server.heard], 'nobody called out').toEqual([]);
  await server.stop();
});

test('searches, visitors and their paths hold hostile text', async ({ inbox }) => {
  const server = await canary();
  const { page } = inbox;
  const text = nasty(server.host);
  for (const service of ['smartsupp', 'snapengage'])
    await inbox.post(service, filled(service, `v-${service}`, [text]));
  await inbox.everythingIsRead();
  for (const sought of ['script onerror', '"img src"', text.slice(0, 200), '<script>', '\u202eevil']) {
    await inbox.go(`everything?search=${encodeURIComponent(sought)}`);
    await page.reload();
    await expect(inbox.page.getByRole('navigation').or(inbox.page.locator('main')).first()).toBeVisible();
    await page.waitForLoadState('networkidle');
    await looksRight(inbox, `a search for ${sought.slice(0, 40)}`);
  }
  await inbox.go('everything');
  for (const at of [0, 1]) {
    await inbox.rows.nth(at).click();
    await inbox.details.getByRole('button', { name: 'All of this visitor' }).click();
    await expect(page.getByRole('region', { name: 'Visitor' })).toBeVisible();
    await looksRight(inbox, 'the visitor');
    await page.goBack();
  }
  expect([...server.heard], 'nobody called out').toEqual([]);
  await server.stop();
});

test('a link shows where it leads, and only web and mail addresses are links', async ({ inbox }) => {
  const vectors = family('urls').map((vector) => ({ ...vector, text: spoken(vector, '127.0.0.1:9') }));
  const addresses = vectors as unknown as {
    name: string;
    text: string;
    link: boolean;
    shows?: string;
    warns?: boolean;
  }[];
  const paths = addresses.map(({ name, text }) => ({ title: name, url: text }));
  await inbox.chat('Anna Berg', 'Hello', 1, { paths });
  await inbox.open('Anna Berg');
  const steps = inbox.details.getByRole('listitem').filter({ has: inbox.page.locator('.url') });
  await expect(steps).toHaveCount(addresses.length);
  const shown = await steps.evaluateAll((items) =>
    items.map((item) => ({
      link: item.querySelector('a') !== null,
      title: item.querySelector('a')?.title ?? '',
      leads: item.querySelector('.leads')?.textContent ?? '',
    })),
  );
  for (const [at, { name, link, shows, warns }] of addresses.entries()) {
    expect.soft(shown[at]!.link, `${name} is followed`).toBe(link);
    expect.soft(shown[at]!.leads, `${name} says where it leads`).toBe(warns ? `leads to ${shows}` : '');
    if (warns) expect.soft(shown[at]!.title, name).toContain(`Leads to ${shows}`);
  }
  // A click opens it in a tab of its own, and only the click.
  const context = inbox.page.context();
  const asked: string[] = [];
  await context.route(/evil\.example/, (route) => {
    asked.push(route.request().url());
    return route.abort();
  });
  await inbox.page.waitForLoadState('networkidle');
  expect(asked, 'nothing was asked for before the click').toEqual([]);
  const [tab] = await Promise.all([
    context.waitForEvent('page'),
    steps.filter({ hasText: 'userinfo-password' }).getByRole('link').click(),
  ]);
  await expect.poll(() => asked.length).toBe(1);
  expect(new URL(asked[0]!).host).toBe('evil.example');
  await tab.close();
});

test('the policy of the page is the one of the window, word for word', async ({ inbox }) => {
  const conf = readFileSync(resolve(__dirname, '../../src-tauri/tauri.conf.json'), 'utf8');
  const { csp } = (JSON.parse(conf) as { app: { security: { csp: string } } }).app.security;
  const answer = await inbox.page.request.get('/');
  const own = csp
    .replace(' ipc: http://ipc.localhost', '')
    .replace("frame-src 'none'", "frame-src 'none'; frame-ancestors 'none'");
  expect(answer.headers()['content-security-policy']).toBe(own);
  for (const path of ['/nowhere', '/api/query/overview', '/open/wrong'])
    expect((await inbox.page.request.get(path)).headers()['content-security-policy'], path).toBe(own);
});

for (const [kind, words] of [
  ['one line', 'word '.repeat(1_000_000)],
  ['one word', 'W'.repeat(5_000_000)],
  ['many lines', 'line\n'.repeat(1_000_000)],
] as const) {
  test(`a message of 5 MB in ${kind} opens within seconds, and the page answers`, async ({ inbox }) => {
    await inbox.chat('Anna Berg', words, 1);
    await inbox.chat('Bo Ek', 'Short', 2);
    await inbox.everythingIsRead();
    const begin = Date.now();
    await inbox.row('Anna Berg').click();
    await expect(inbox.page.getByRole('heading', { level: 2, name: 'Anna Berg' })).toBeVisible({
      timeout: 20_000,
    });
    await expect(inbox.transcript).toContainText(words.slice(0, 4));
    await looksRight(inbox, 'the conversation');
    const opened = Date.now();
    await inbox.open('Bo Ek');
    const left = Date.now();
    await inbox.go('deliveries?open=1');
    await expect(inbox.page.getByRole('tabpanel')).toBeVisible({ timeout: 20_000 });
    await looksRight(inbox, 'the delivery');
    const times = { conversation: opened - begin, next: left - opened, delivery: Date.now() - left };
    console.log(`5 MB in ${kind}, in milliseconds: ${JSON.stringify(times)}`);
    expect(Math.max(times.conversation, times.delivery), 'within seconds').toBeLessThan(15_000);
  });
}
