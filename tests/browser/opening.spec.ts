// The screen before the archive is open. The window shows it; here its page is told how far opening is, by the test.
import AxeBuilder from '@axe-core/playwright';
import type { OpeningAnswer, OpeningRow } from '../../ui/src/host/bindings';
import { expect, test, type Inbox } from './inbox';

/** Shows the page as a window does that comes before the archive; what is returned says how far opening is from then on. */
async function before(inbox: Inbox, first: OpeningRow): Promise<(now?: OpeningRow) => void> {
  let answer: OpeningAnswer = { opening: first };
  await inbox.page.route('**/api/query/opening', (route) => route.fulfill({ json: answer }));
  await inbox.page.goto('/?opening');
  return (opening) => (answer = { opening });
}

const stages: [now: OpeningRow, title: string, part?: string][] = [
  [{ stage: 'looking' }, 'Opening the archive'],
  [{ stage: 'repairing', part: 0.374 }, 'Repairing the archive', '37 %'],
  [{ stage: 'comparing' }, 'Looking at the newest backup'],
  [{ stage: 'checking' }, 'Looking through the new file'],
  [{ stage: 'waiting' }, 'Another Afterchat program is busy with the archive'],
  [{ stage: 'backing_up', part: 0.9999 }, 'Making a backup before the archive is changed', '99 %'],
  [{ stage: 'changing', part: 0 }, 'Bringing the archive to the newest format', '0 %'],
];

for (const colorScheme of ['light', 'dark'] as const) {
  for (const viewport of [
    { width: 1280, height: 800 },
    { width: 900, height: 600 },
    { width: 420, height: 360 },
  ]) {
    test(`what is done before the archive is open is shown in ${colorScheme} at ${viewport.width}`, async ({
      inbox,
    }) => {
      const { page } = inbox;
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      const tell = await before(inbox, { stage: 'looking' });
      for (const [now, title, part] of stages) {
        tell(now);
        await expect(page.getByRole('status').getByRole('heading', { name: title })).toBeVisible();
        await expect(page).toHaveTitle(`${title} · Afterchat`);
        const bar = page.getByRole('progressbar', { name: title });
        if (part === undefined) await expect(bar).not.toHaveAttribute('value');
        else {
          await expect(bar).toHaveJSProperty('value', now.part);
          await expect(page.getByText(part, { exact: true })).toBeVisible();
        }
        await expect(page.getByText('You can close Afterchat now and nothing is lost')).toBeVisible();
        await expect(page.getByText('Chat services cannot reach Afterchat')).toBeVisible();
        expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
        // All are one screen with other words: with a known end, and without.
        if (now.stage !== 'repairing' && now.stage !== 'waiting') continue;
        expect((await new AxeBuilder({ page }).analyze()).violations, title).toEqual([]);
      }
    });
  }
}

test('the inbox follows by itself, and a page that is loaded again waits for nothing', async ({ inbox }) => {
  const { page } = inbox;
  await inbox.chat('Anna Berg', 'here I am', 1);
  const tell = await before(inbox, { stage: 'repairing', part: 0.1 });
  await expect(page.getByRole('heading', { name: 'Repairing the archive' })).toBeVisible();
  await expect(page.getByRole('listbox'), 'nothing is asked that cannot be answered').toHaveCount(0);
  tell();
  await expect(inbox.row('Anna Berg')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Repairing the archive' })).toHaveCount(0);
  expect(new URL(page.url()).search).toBe('');
  await page.reload();
  await expect(inbox.row('Anna Berg')).toBeVisible();
});

test('a page that asks an open archive goes to the inbox at once', async ({ inbox }) => {
  await inbox.chat('Anna Berg', 'here I am', 1);
  await inbox.page.goto('/?opening');
  await expect(inbox.row('Anna Berg')).toBeVisible();
});
