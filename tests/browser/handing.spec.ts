// Deliveries handed on: copied as commands, saved as files, picked out of the list, exported together and sent again.
import { createServer, type Server } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test, type Inbox } from './inbox';

const clipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText());

async function withThree(inbox: Inbox): Promise<void> {
  for (const number of [1, 2, 3]) await inbox.chat(`Visitor ${number}`, `It's $HOME; \`id\``, number);
  await inbox.everythingIsRead();
  await inbox.go('deliveries');
  await expect(inbox.rows).toHaveCount(3);
}

/** A server on this machine that keeps the bodies it hears. */
async function listens(): Promise<{
  url: string;
  bodies: string[];
  server: Server;
}> {
  const bodies: string[] = [];
  const server = createServer((request, answer) => {
    let body = '';
    request.on('data', (piece: Buffer) => (body += piece.toString()));
    request.on('end', () => {
      bodies.push(body);
      answer.end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    bodies,
    server,
  };
}

async function saved(page: Page, act: () => Promise<void>): Promise<{ name: string; text: string }> {
  const [download] = await Promise.all([page.waitForEvent('download'), act()]);
  return {
    name: download.suggestedFilename(),
    text: await readFile((await download.path())!, 'utf8'),
  };
}

test('a delivery is copied as curl with a key and in every form from the menu', async ({ inbox }) => {
  const { page } = inbox;
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await withThree(inbox);
  await inbox.rows.last().click();
  await page.keyboard.press('c');
  await expect(page.getByText('Copied as curl.')).toBeVisible();
  const curl = await clipboard(page);
  expect(curl).toMatch(/^curl -X POST "\$HOOK_URL" \\\n/);
  expect(curl, 'a quote of the body ends no word').toContain("It'\\''s $HOME; `id`");

  await page.getByRole('button', { name: 'Copy as' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitem', { name: /^curl/ })).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Copied as HTTPie.')).toBeVisible();
  expect(await clipboard(page)).toMatch(/^http --ignore-stdin POST "\$HOOK_URL"/);
  await expect(page.getByRole('button', { name: 'Copy as' }), 'the focus is given back').toBeFocused();

  await page.getByRole('button', { name: 'Copy as' }).click();
  await page.getByRole('menuitem', { name: 'Choose…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Copy as a command' });
  await expect(dialog.getByText('"$HOOK_URL"')).toBeVisible();
  await dialog.getByRole('checkbox', { name: /With secrets/ }).check();
  await expect(dialog.getByText(/\/h\/smartsupp\/[a-z0-9]{32}/)).toBeVisible();
  await dialog.getByLabel('Send to').fill('ftp://shop.example');
  await expect(dialog.getByRole('alert')).toBeVisible();
  await dialog.getByLabel('Send to').fill('http://localhost:3000/in');
  await dialog.getByText('Raw HTTP', { exact: true }).click();
  await expect(dialog.getByText('Host: localhost:3000')).toBeVisible();
  await dialog.getByRole('button', { name: 'Copy' }).click();
  await expect.poll(() => clipboard(page)).toMatch(/^POST \/in HTTP\/1\.1\r?\n/);
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
});

test('a delivery is saved as HAR and as the raw request', async ({ inbox }) => {
  const { page } = inbox;
  await withThree(inbox);
  await inbox.rows.last().click();
  const save = (item: string) => async () => {
    await page.getByRole('button', { name: 'Save as' }).click();
    await page.getByRole('menuitem', { name: item }).click();
  };
  const har = await saved(page, save('HAR'));
  expect(har.name).toBe('delivery-1.har');
  const { entries } = (
    JSON.parse(har.text) as {
      log: { entries: { response: { status: number } }[] };
    }
  ).log;
  expect(entries.map(({ response }) => response.status)).toEqual([200]);
  const request = await saved(page, save('Raw HTTP request'));
  expect(request.name).toBe('delivery-1.http');
  expect(request.text).toMatch(/^POST \/h\/smartsupp\/HIDDEN HTTP\/1\.1\r\n/);
});

test('picked deliveries are exported together', async ({ inbox }) => {
  const { page } = inbox;
  await withThree(inbox);
  await page.getByRole('button', { name: 'Select deliveries' }).click();
  await inbox.rows.nth(0).click();
  await inbox.rows.nth(2).click({ modifiers: ['Shift'] });
  const bar = page.getByRole('group', { name: 'Selection' });
  await expect(bar).toContainText('3 selected');
  await inbox.rows.nth(1).click();
  await expect(bar).toContainText('2 selected');
  await expect(inbox.rows.nth(1)).toHaveAttribute('aria-selected', 'false');
  await bar.getByRole('button', { name: 'Export…' }).click();
  const har = await saved(page, () => page.getByRole('button', { name: 'Export', exact: true }).click());
  expect(har.name).toBe('deliveries-1-3.har');
  expect((JSON.parse(har.text) as { log: { entries: object[] } }).log.entries).toHaveLength(2);
  await expect(bar).toBeHidden();
});

test('a whole list is sent again in its order, and told record by record', async ({ inbox }) => {
  const { page } = inbox;
  const { url, bodies, server } = await listens();
  await withThree(inbox);
  await inbox.list.focus();
  await page.keyboard.press('j');
  await page.keyboard.press('q');
  const bar = page.getByRole('group', { name: 'Selection' });
  await expect(bar).toContainText('1 selected');
  await page.keyboard.press('j');
  await page.keyboard.press('Space');
  await expect(bar).toContainText('2 selected');
  await bar.getByRole('checkbox', { name: 'All of this list' }).check();
  await expect(bar).toContainText('The whole list');
  await bar.getByRole('button', { name: 'Replay…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Send again' });
  await expect(dialog.getByRole('status')).toContainText('3 deliveries, in order of arrival');
  await expect(dialog.getByRole('button', { name: /^Send/ })).toBeDisabled();
  await dialog.getByLabel('Address', { exact: true }).fill(url);
  await dialog.getByLabel('Pace').selectOption('As fast as they are answered');
  await dialog.getByRole('button', { name: 'Send 3 deliveries' }).click();

  const work = page.getByRole('region', { name: 'Handed on and sent again' }).getByRole('listitem');
  await expect(work).toContainText('done · 3 taken');
  expect(bodies.map((body) => (JSON.parse(body) as { channel: { id: number } }).channel.id)).toEqual([
    1, 2, 3,
  ]);
  await work.getByRole('button', { name: /^Report/ }).click();
  await expect(inbox.rows).toHaveCount(3);
  await expect(inbox.rows.first()).toHaveAccessibleName(/^1 smartsupp, taken, 200 in \d+ ms$/);
  await inbox.rows.first().click();
  server.close();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`menus, selection and dialogs are accessible in ${colorScheme}`, async ({ inbox }) => {
    const { page } = inbox;
    await page.emulateMedia({ colorScheme });
    await withThree(inbox);
    const look = async (name: string) => {
      for (const [width, height] of [
        [1280, 800],
        [900, 600],
      ] as const) {
        await page.setViewportSize({ width, height });
        if (process.env.SHOTS)
          await page.screenshot({
            path: `${process.env.SHOTS}/${name}-${colorScheme}-${width}.png`,
          });
      }
      expect((await new AxeBuilder({ page }).analyze()).violations, name).toEqual([]);
      await page.setViewportSize({ width: 1280, height: 800 });
    };
    await inbox.rows.last().click();
    await page.getByRole('button', { name: 'Copy as' }).click();
    await look('menu');
    await page.getByRole('menuitem', { name: 'Choose…' }).click();
    await expect(page.getByRole('dialog').getByText('"$HOOK_URL"')).toBeVisible();
    await look('copy');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Select deliveries' }).click();
    await inbox.rows.nth(1).click();
    await look('selection');
    await page.getByRole('button', { name: 'Export…' }).click();
    await look('export');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Replay…' }).click();
    await expect(page.getByRole('dialog').getByRole('status')).toContainText('1 delivery');
    await page.getByLabel('Pace').selectOption('Faster than they came');
    await look('replay');
  });
}
