// Every vector of the corpus in every text of every service, looked at in the whole page: nothing runs, nothing calls out, nothing
// hides, and every pane stays where it is. The inbox fixture fails a test on any dialog, error, broken policy or request to elsewhere.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { canary, spoken, type Canary } from './canary';
import { expect, test as base, type Inbox } from './inbox';
import { services } from './payloads';
import { program } from './program';
import { families, family, filled, textsOf, withBytes } from './vectors';

/** What is wrong in the page, by a list that WebKit is held to as well. */
const looks = readFileSync(resolve(__dirname, 'looks.js'), 'utf8');

const test = base.extend<{ silent: Canary }>({
  silent: async ({}, use) => {
    const server = await canary();
    await use(server);
    expect([...server.heard], 'nobody called out').toEqual([]);
    await server.stop();
  },
});

/** Payloads with a whole family in every text, then with single vectors, then with what is no text. */
function payloadsOf(service: string, host: string): Buffer[] {
  const bundles = families.map((name) =>
    family(name)
      .filter(({ text }) => text !== undefined)
      .map((vector) => spoken(vector, host))
      .join('\n'),
  );
  const all = families.flatMap((name) => family(name));
  const texts = all.filter(({ text }) => text !== undefined).map((vector) => spoken(vector, host));
  const broken = all.flatMap(({ hex }) => (hex === undefined ? [] : [hex]));
  const each = textsOf(service);
  // Alone, a vector stands in some text of some service; in company it stands in every text of every service.
  const first = services.indexOf(service) * 57;
  const rounds = Array.from({ length: 8 }, (_, round) => first + round * each);
  let number = 0;
  const name = () => `v-${service}-${(number += 1)}`;
  return [
    ...bundles.map((bundle) => filled(service, name(), [bundle])),
    ...rounds.map((from) => filled(service, name(), texts, from)),
    ...broken.map((hex) => withBytes(service, name(), hex)),
  ];
}

/** Goes where this leads and waits until what was asked for is drawn. */
async function show(inbox: Inbox, where: string, question: string): Promise<void> {
  const { page } = inbox;
  const answered = page.waitForResponse((response) => response.url().endsWith(`/api/query/${question}`));
  await page.evaluate((where) => void (location.hash = where), where);
  await answered;
  await drawn(inbox);
}

async function drawn({ page }: Inbox): Promise<void> {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

/** What is wrong in what is shown now, each thing once. */
async function look(inbox: Inbox, found: Map<string, string>, where: string): Promise<void> {
  for (const wrong of (await inbox.page.evaluate(looks)) as string[]) {
    const what = wrong.slice(0, 120);
    if (!found.has(what)) found.set(what, where);
  }
}

const small = { width: 900, height: 600 };
const large = { width: 1280, height: 800 };

for (const service of services) {
  test(`no vector in a text of ${service} runs, calls out, hides or moves anything`, async ({
    inbox,
    silent,
  }) => {
    const payloads = payloadsOf(service, silent.host);
    for (const payload of payloads) await inbox.post(service, payload);
    await inbox.everythingIsRead();
    const { rows } = await inbox.ask('conversations', {
      view: 'everything',
      limit: 200,
    });
    expect(rows.length, 'each payload is a conversation').toBe(payloads.length);
    await inbox.go('everything');
    await expect(inbox.rows.first()).toBeVisible();
    const found = new Map<string, string>();
    const popups: string[] = [];
    inbox.page.context().on('page', (page) => popups.push(page.url()));
    for (const [at, { id }] of rows.entries()) {
      // Every other one in the small window, and those in the dark.
      await inbox.page.setViewportSize(at % 2 ? small : large);
      await inbox.page.emulateMedia({ colorScheme: at % 2 ? 'dark' : 'light' });
      await show(inbox, `/everything?open=${id}`, 'conversation');
      await look(inbox, found, `conversation ${id}`);
    }
    await inbox.page.setViewportSize(large);
    const numbers = payloads.map((_, at) => at + 1);
    for (const number of [...numbers.slice(0, families.length), ...numbers.slice(families.length + 8)]) {
      await show(inbox, `/deliveries?open=${number}`, 'delivery');
      await look(inbox, found, `delivery ${number}`);
    }
    expect([...found], 'what is wrong, and where').toEqual([]);
    expect(popups, 'no window opened').toEqual([]);
  });
}

test('the listener hears every vector that a page without protection takes for HTML', async ({ browser }) => {
  const server = await canary();
  const vectors = [...family('scripts'), ...family('loads')].filter(({ fires }) => fires);
  const page = await browser.newPage();
  const pages = new Map(vectors.map((vector) => [vector.name, spoken(vector, server.host)]));
  await page.goto(server.unprotected(pages));
  const deaf = () => vectors.map(({ name }) => name).filter((name) => !server.heard.has(name));
  await expect.poll(deaf, { message: 'silence elsewhere means something' }).toEqual([]);
  expect(await page.evaluate(() => '__ran' in window), 'and the flag is set by what runs').toBe(true);
  await page.close();
  await server.stop();
});

test('an exported page of any vector runs and loads nothing in Chromium', async ({ inbox, silent }) => {
  for (const service of services) {
    for (const payload of payloadsOf(service, silent.host).slice(0, families.length))
      await inbox.post(service, payload);
  }
  await inbox.everythingIsRead();
  const folder = mkdtempSync(join(tmpdir(), 'afterchat-export-'));
  const out = join(folder, 'pages');
  const said = spawnSync(program, [
    '--data',
    inbox.running.folder,
    ...['export', '', '--format', 'html', '--out', out],
  ]);
  expect(said.status, said.stderr.toString()).toBe(0);
  const page = await inbox.page.context().newPage();
  const strange: string[] = [];
  page.on('dialog', (dialog) => {
    strange.push(dialog.message());
    void dialog.dismiss();
  });
  page.on('console', (line) => strange.push(line.text()));
  page.on('pageerror', (error) => strange.push(error.message));
  page.on('request', (request) => request.url().startsWith('file:') || strange.push(request.url()));
  const files = readdirSync(out);
  expect(files.length).toBe(services.length * families.length);
  for (const [at, file] of files.entries()) {
    await page.setViewportSize(at % 2 ? small : large);
    const address = pathToFileURL(join(out, file)).href;
    await page.goto(address);
    const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    expect(widths[0], `${file} is not wider than the window`).toBeLessThanOrEqual(widths[1]!);
    expect(await page.evaluate(() => '__ran' in window)).toBe(false);
    expect(page.url(), 'the page leads nowhere by itself').toBe(address);
  }
  expect(strange, 'nothing was said, asked or refused').toEqual([]);
  await page.close();
  rmSync(folder, { recursive: true });
});
