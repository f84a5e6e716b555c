// Backups, and an archive that is damaged: what happened is told, and what a backup has besides is brought back.
import { open as openFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Browser, TestInfo } from '@playwright/test';
import { expect, Inbox, test } from './inbox';
import { start, type Running } from './program';

async function open(browser: Browser, running: Running, { project }: TestInfo): Promise<Inbox> {
  const { viewport, locale, timezoneId } = project.use;
  const baseURL = new URL(running.link).origin;
  const context = await browser.newContext({ viewport, locale, timezoneId, baseURL });
  const page = await context.newPage();
  await page.goto(running.link);
  return new Inbox(page, running);
}

test('a damaged archive is told of, and its backup is brought back', async ({ browser }, testInfo) => {
  test.slow();
  const first = await start();
  let inbox = await open(browser, first, testInfo);
  await inbox.chat('Before Backup', 'kept in the backup', 1);
  await inbox.chat('Also Before', 'kept as well', 2);
  await inbox.everythingIsRead();
  await inbox.page.getByRole('button', { name: 'no backup yet' }).press('Enter');
  const backups = inbox.page.getByRole('dialog', { name: 'Backups' });
  await backups.getByRole('button', { name: 'Back up now' }).press('Enter');
  await expect(backups).toContainText('done · 1 MB copied');
  await expect(backups).toContainText('is whole');
  await inbox.page.keyboard.press('Escape');
  await expect(backups).toBeHidden();
  await expect(inbox.page.getByRole('button', { name: 'backup just now' })).toBeFocused();
  const address = await inbox.address('smartsupp');
  await inbox.page.context().close();
  await first.quit();

  await writeFile(join(first.folder, 'archive.sqlite'), 'nothing of it is left');
  const second = await start(first.folder);
  inbox = await open(browser, second, testInfo);
  const { page } = inbox;
  const notice = page.getByRole('region', { name: 'Damage and repair' });
  await expect(notice).toContainText('The archive was damaged and has been repaired');
  await expect(notice).toContainText('2 could not be read');
  await expect(notice).toContainText('Hook addresses that could not be read were taken from the backup of');
  await expect(notice).toContainText('Settings that could not be read were taken from the backup of');
  await expect(notice).toContainText(join(first.folder, 'damaged'));
  expect(new URL(await inbox.address('smartsupp')).pathname, 'the service needs no other address').toBe(
    new URL(address).pathname,
  );
  await inbox.chat('After Damage', 'the door is open', 3);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations, colorScheme).toEqual([]);
  }

  await notice.getByRole('button', { name: /^Bring back from the backup of / }).press('Enter');
  await expect(notice).toContainText('2 deliveries are there, how many are missing is not known');
  await expect(notice.getByRole('button', { name: /^Bring back/ })).toBeHidden();
  await inbox.go('everything');
  await expect(inbox.rows).toHaveCount(3);
  await inbox.open('Before Backup');
  await notice.getByRole('button', { name: 'Dismiss' }).press('Enter');
  await expect(notice).toBeHidden();
  await page.reload();
  await expect(inbox.rows).toHaveCount(3);
  await expect(notice).toBeHidden();
  await page.context().close();
  await second.stop();
  await rm(second.folder, { recursive: true });
});

test('damage that is met while the program runs is told, and repaired at the next start', async ({
  browser,
}, testInfo) => {
  test.slow();
  const first = await start();
  let inbox = await open(browser, first, testInfo);
  await inbox.chat('Anna Berg', 'before the damage', 1);
  await inbox.everythingIsRead();
  await inbox.page.context().close();
  await first.quit();

  // Pages behind the schema: the file still opens, and what is read from it first cannot be had.
  const file = await openFile(join(first.folder, 'archive.sqlite'), 'r+');
  await file.write(Buffer.alloc(2 * 4096, 0x55), 0, 2 * 4096, 4096);
  await file.close();
  const damaged = await start(first.folder);
  inbox = await open(browser, damaged, testInfo);
  const notice = inbox.page.getByRole('region', { name: 'Damage and repair' });
  await expect(notice.getByRole('alert')).toContainText('The archive is damaged');
  await expect(notice).toContainText('answered 503');
  await expect(notice).toContainText('all that can be read stays as it is');
  await expect(notice).toContainText('start Afterchat again: it then repairs the archive');
  await expect(inbox.page.getByRole('contentinfo')).not.toContainText('does not answer');
  await inbox.page.context().close();
  await damaged.quit();

  const repaired = await start(first.folder);
  inbox = await open(browser, repaired, testInfo);
  const told = inbox.page.getByRole('region', { name: 'Damage and repair' });
  await expect(told).toContainText('has been repaired');
  await expect(told.getByRole('alert')).toBeHidden();
  await inbox.chat('After Damage', 'the door is open', 2);
  await inbox.page.context().close();
  await repaired.quit();
  await rm(first.folder, { recursive: true });
});
