// Past chats from files: chosen, dropped, watched, cancelled, told record by record, and never taken twice.
import { mkdtemp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './inbox';

const chat = (number: number, words = `Words of chat ${number}`) =>
  JSON.stringify({
    accountId: 208,
    beginAt: 1427470439703 + number,
    channel: { id: number, isCompleted: true },
    visitor: { id: number, name: `Visitor ${number}` },
    messages: [
      { type: 'visitor', from: `visitor:${number}`, content: words, sentAt: 1427470439703 + number },
    ],
  });

/** A folder with two chats, one of them twice, something that is no chat, and something that nobody put there. */
async function saved(): Promise<string> {
  const folder = join(await mkdtemp(join(tmpdir(), 'afterchat-history-')), 'saved');
  await mkdir(join(folder, 'more'), { recursive: true });
  await writeFile(join(folder, 'a.json'), `${chat(1)}\n`);
  await writeFile(join(folder, 'more', 'log.ndjson'), `${chat(2)}\r\n${chat(1)}\r\n`);
  await writeFile(join(folder, 'notes.txt'), '=1+1 is nothing of a chat');
  await writeFile(join(folder, '.hidden'), chat(3));
  return folder;
}

async function choose(page: Page, button: string, files: Parameters<Page['setInputFiles']>[1]) {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: button }).click(),
  ]);
  await chooser.setFiles(files);
}

const work = (page: Page) => page.getByRole('region', { name: 'Brought in so far' }).getByRole('listitem');

test('a folder is imported with a report that leads to each conversation, and again takes nothing', async ({
  inbox,
}) => {
  const { page } = inbox;
  const folder = await saved();
  await inbox.go('inbox');
  await page.keyboard.press('0');
  await expect(page.getByRole('heading', { level: 1, name: 'History' })).toBeVisible();
  await choose(page, 'Choose a folder…', folder);
  await expect(work(page)).toContainText('done · 2 new · 1 here already · 1 not understood');
  await expect(work(page)).toContainText('Import of saved');

  await page.getByRole('button', { name: 'Report: Import of saved' }).click();
  await expect(inbox.rows).toHaveCount(4);
  await expect(inbox.rows.nth(0)).toHaveAccessibleName('saved/a.json, new');
  await expect(inbox.rows.nth(2)).toHaveAccessibleName('saved/more/log.ndjson · 2, here already');
  await page.getByRole('button', { name: 'not understood' }).click();
  await expect(inbox.rows).toHaveCount(1);
  await page.getByRole('button', { name: /^All/ }).click();
  await page.getByRole('searchbox', { name: 'Find in files and reasons' }).fill('LOG');
  await expect(inbox.rows).toHaveCount(2);
  await inbox.rows.first().click();
  await expect(page.getByRole('heading', { level: 2, name: 'Visitor 2' })).toBeVisible();

  await inbox.go('history');
  await choose(page, 'Choose a folder…', folder);
  await expect(work(page).first()).toContainText('done · 3 here already · 1 not understood');
  await inbox.go('everything');
  await expect(inbox.rows).toHaveCount(2);
});

test('a report is saved as a table without formulas, and as JSON', async ({ inbox }) => {
  const { page } = inbox;
  await inbox.go('history');
  await choose(page, 'Choose files…', [
    { name: '=1+1.json', mimeType: 'application/json', buffer: Buffer.from(chat(1)) },
    { name: 'b.txt', mimeType: 'text/plain', buffer: Buffer.from('nothing') },
  ]);
  await page.getByRole('button', { name: /^Report: / }).click();
  const save = async (format: string) => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: `Save as ${format}` }).click(),
    ]);
    return {
      name: download.suggestedFilename(),
      text: await readFile((await download.path()) ?? '', 'utf8'),
    };
  };
  const table = await save('CSV');
  expect(table.name).toBe('import-report-1.csv');
  expect(table.text.split('\r\n')[1]).toBe("'=1+1.json,1,new,,1");
  const list = JSON.parse((await save('JSON')).text) as { file: string; outcome: string }[];
  expect(list.map(({ file, outcome }) => [file, outcome])).toEqual([
    ['=1+1.json', 'new'],
    ['b.txt', 'unreadable'],
  ]);
});

test('files are dropped anywhere onto the window', async ({ inbox }) => {
  const { page } = inbox;
  await inbox.go('inbox');
  const dropped = await page.evaluateHandle((text) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], 'dropped.json'));
    return transfer;
  }, chat(7));
  const target = page.getByText('Drop to import');
  await page.dispatchEvent('main', 'dragenter', { dataTransfer: dropped });
  await expect(target).toBeVisible();
  await page.dispatchEvent('main', 'dragleave', { dataTransfer: dropped });
  await expect(target, 'what is carried away again leaves nothing').toBeHidden();
  await page.dispatchEvent('main', 'dragenter', { dataTransfer: dropped });
  await page.dispatchEvent('main', 'drop', { dataTransfer: dropped });
  await expect(target).toBeHidden();
  await expect(work(page)).toContainText('done · 1 new');
  await inbox.go('everything');
  await expect(inbox.row('Visitor 7')).toBeVisible();
});

test('a long import shows how far it is, and is cancelled without harm', async ({ inbox }) => {
  const { page } = inbox;
  test.slow();
  const file = join(await mkdtemp(join(tmpdir(), 'afterchat-history-')), 'log.ndjson');
  const padding = 'x'.repeat(400);
  await writeFile(
    file,
    Array.from({ length: 60_000 }, (_, at) => chat(at + 1, `${padding} ${at}`)).join('\n'),
  );
  await inbox.go('history');
  await choose(page, 'Choose files…', file);
  await expect(page.getByRole('progressbar', { name: 'Import of log.ndjson' })).toBeVisible();
  await expect(work(page)).toContainText(/[1-9]\S* new/);

  await inbox.go('addresses');
  await page.getByRole('button', { name: /^Importing log.ndjson/ }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'History' })).toBeVisible();
  await page.getByRole('button', { name: 'Cancel: Import of log.ndjson' }).click();
  await expect(work(page)).toContainText('cancelled');
  await expect(work(page)).toContainText('What was taken in stays.');
  await expect(page.getByRole('button', { name: /^Importing/ })).toBeHidden();
  await expect(work(page)).not.toContainText('60,000 new');

  await page.getByRole('button', { name: 'Dismiss: Import of log.ndjson' }).click();
  await expect(work(page)).toHaveCount(0);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`history, its report and the drop target are accessible in ${colorScheme}`, async ({ inbox }) => {
    const { page } = inbox;
    await page.emulateMedia({ colorScheme });
    const check = async (name: string) => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations, name).toEqual([]);
    };
    await inbox.go('history');
    await check('nothing brought in');
    await choose(page, 'Choose a folder…', await saved());
    await expect(work(page)).toContainText('done');
    await check('something brought in');
    await page.getByRole('button', { name: /^Report: / }).click();
    await expect(inbox.rows).toHaveCount(4);
    await check('the report');
    const hanging = await page.evaluateHandle(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File(['{}'], 'a.json'));
      return transfer;
    });
    await page.dispatchEvent('main', 'dragenter', { dataTransfer: hanging });
    await expect(page.getByText('Drop to import')).toBeVisible();
  });
}
