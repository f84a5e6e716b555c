// Bodies that are much, through the whole of it: the door, the list, the reader, every view of the inspector, every export. What is
// too much for a page is cut off and says so; nothing stands still, and nothing a stranger wrote runs. The inbox fixture fails a test
// on any dialog, error, broken policy or request to elsewhere.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test, type Inbox } from './inbox';
import { program } from './program';
import { large } from './vectors';

const looks = readFileSync(resolve(__dirname, 'looks.js'), 'utf8');
/** Far more than any step takes, also where the program is not optimised and others use the machine. */
const sane = 30_000;
/** What a browser draws without standing still. */
const mostDrawn = 40_000;

// A trace looks at every element after every step, which takes longer than drawing them.
test.use({ trace: 'off' });

/** Draws twice: a page that stands still does not come so far. */
async function drawn({ page }: Inbox): Promise<void> {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

/** Does one step and tells how long it took, to the last pixel. */
async function step(inbox: Inbox, times: Map<string, number>, name: string, act: () => Promise<void>) {
  const begin = Date.now();
  await act();
  await drawn(inbox);
  expect(await inbox.page.evaluate(looks), name).toEqual([]);
  const elements = await inbox.page.evaluate(() => document.querySelectorAll('*').length);
  expect(elements, `${name}: so much is in the page`).toBeLessThan(mostDrawn);
  times.set(name, Date.now() - begin);
}

for (const { name, tries, becomes, refused, body } of large()) {
  test(`${name}: ${tries}`, async ({ inbox }) => {
    test.setTimeout(360_000);
    const { page } = inbox;
    const times = new Map<string, number>();
    const answer = await fetch(await inbox.address('smartsupp'), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: new Uint8Array(body),
    });
    expect(answer.status).toBe(refused ?? 200);
    await inbox.chat('Bo Ek', 'Short', 99);
    await step(inbox, times, 'read', async () => {
      await expect.poll(async () => (await inbox.overview()).waiting, { timeout: sane }).toBe(0);
    });
    expect((await inbox.overview()).deliveries).toBe(refused === undefined ? 2 : 1);
    if (refused !== undefined) return;
    const { rows } = await inbox.ask('deliveries', {});
    expect(rows[1]!.outcome).toBe(becomes);
    const kept = await page.request.get('/api/delivery/1/body', { timeout: sane });
    expect(Buffer.compare(await kept.body(), body), 'it is kept to the byte').toBe(0);

    await step(inbox, times, 'the list', async () => {
      await inbox.go('everything');
      await expect(inbox.rows).toHaveCount(becomes === 'conversation' ? 2 : 1, { timeout: sane });
    });
    if (becomes === 'conversation') {
      const { rows } = await inbox.ask('conversations', { view: 'everything' });
      const { id } = rows.find((row) => row.visitor_name === name)!;
      await step(inbox, times, 'the reader', async () => {
        await inbox.row(name).click();
        await expect(page.getByRole('heading', { level: 2, name, exact: true })).toBeVisible({
          timeout: 2 * sane,
        });
        await expect(inbox.transcript).toBeVisible();
      });
      await step(inbox, times, 'the reader, small', async () => {
        await page.setViewportSize({ width: 900, height: 600 });
      });
      await step(inbox, times, 'its end', async () => {
        await page.setViewportSize({ width: 1280, height: 800 });
        await inbox.transcript.focus();
        await page.keyboard.press('End');
      });
      await step(inbox, times, 'another conversation', () => inbox.open('Bo Ek'));
      const html = await page.request.get(`/api/export/${id}.html`, { timeout: sane });
      expect(html.status()).toBe(200);
      for (const format of ['html', 'json', 'csv', 'md', 'txt']) {
        const begin = Date.now();
        const { folder } = inbox.running;
        const done = spawnSync(program, ['--data', folder, 'export', id, '--format', format, '--out', '-'], {
          maxBuffer: 1 << 28,
          timeout: 2 * sane,
        });
        expect(done.status, `${format}: ${done.stderr.toString().slice(0, 300)}`).toBe(0);
        expect(done.stdout.length).toBeGreaterThan(100);
        times.set(`as ${format}`, Date.now() - begin);
      }
    }
    await step(inbox, times, 'the delivery', async () => {
      await inbox.go('deliveries?open=1');
      await expect(page.getByRole('tabpanel')).toBeVisible({ timeout: sane });
    });
    const tabs = page.getByRole('tab');
    expect(await tabs.count(), 'it is shown in several ways').toBeGreaterThan(1);
    for (let at = 0; at < (await tabs.count()); at += 1) {
      const tab = tabs.nth(at);
      await step(inbox, times, (await tab.textContent()) ?? '', async () => {
        await tab.click();
        await expect(page.getByRole('tabpanel')).toBeVisible({ timeout: sane });
        await page.getByRole('tabpanel').press('End');
      });
    }
    console.log(
      `${name}, ${body.length} bytes, in milliseconds: ${JSON.stringify(Object.fromEntries(times))}`,
    );
  });
}

test('all of a hundred thousand messages can be reached, a part at a time, and a hit anywhere', async ({
  inbox,
}) => {
  test.setTimeout(360_000);
  const { page } = inbox;
  const { body } = large().find(({ name }) => name === 'messages')!;
  await inbox.post('smartsupp', body);
  await expect.poll(async () => (await inbox.overview()).waiting, { timeout: sane }).toBe(0);
  await inbox.go('everything');
  await inbox.row('messages').click();
  const line = (number: number) => inbox.transcript.getByText(`<b>line ${number}</b>`, { exact: true });
  await expect(line(100_000)).toBeVisible({ timeout: 2 * sane });
  const later = inbox.transcript.getByRole('button', { name: /^Show later lines/ });
  const earlier = inbox.transcript.getByRole('button', { name: /^Show earlier lines/ });
  await expect(earlier).toHaveCount(0);
  await later.press('Enter', { timeout: sane });
  await expect(line(102_999), 'the first of those that come').toBeInViewport();
  await expect(line(100_000), 'others leave').toHaveCount(0);
  await expect(inbox.transcript, 'the keyboard goes on from there').toBeFocused();
  await earlier.press('Enter', { timeout: sane });
  await expect(line(102_978), 'the last of those before').toBeInViewport();
  await expect(line(100_000)).toBeAttached();

  await inbox.go('everything?search=%22line%20177777%22');
  await inbox.row('messages').click();
  const hit = inbox.transcript.locator('mark.now').first();
  await expect(hit).toBeInViewport({ timeout: 2 * sane });
  await expect(
    inbox.transcript.getByRole('listitem').filter({ has: page.locator('mark.now') }),
  ).toContainText('line 177777');
  expect(await inbox.page.evaluate(looks)).toEqual([]);
});
