// Search as you type, over messages, visitors, pages and fields, with the hits in sight.
import { expect, test } from './inbox';
import { payload } from './payloads';

test.beforeEach(async ({ inbox }) => {
  await inbox.post('smartsupp', payload('smartsupp', 'post_hook.json'));
  await inbox.post('snapengage', payload('snapengage', 'chat.json'));
  await inbox.chat('Anna Berg', 'How much is the oak table? I want the oak table today.', 1);
  await expect(inbox.rows).toHaveCount(3);
});

test('typing finds words in messages and marks them in the list and in the reader', async ({ inbox }) => {
  await inbox.page.keyboard.press('/');
  await inbox.page.keyboard.type('oak ta');
  await expect(inbox.rows).toHaveCount(1);
  await expect(inbox.rows.locator('mark').first()).toHaveText(/oak/);
  await inbox.rows.first().click();
  await expect(inbox.transcript.locator('mark').first()).toHaveText(/oak/);
  const hits = inbox.page.getByText(/^hit \d+ of \d+$/);
  await expect(hits).toHaveText(/hit 1 of [2-9]/);
  await inbox.page.keyboard.press('.');
  await expect(hits).toHaveText(/hit 2 of/);
  await inbox.page.keyboard.press(',');
  await expect(hits).toHaveText(/hit 1 of/);
});

test('a pause between two words keeps the space that was typed', async ({ inbox }) => {
  await inbox.page.keyboard.press('/');
  await inbox.page.keyboard.type('oak ');
  await expect(inbox.page).toHaveURL(/search=oak/);
  await expect(inbox.rows).toHaveCount(1);
  await inbox.page.keyboard.type('table');
  await expect(inbox.page.getByRole('textbox', { name: 'Search' })).toHaveValue('oak table');
  await expect(inbox.page).toHaveURL(/search=oak\+table/);
  await expect(inbox.rows).toHaveCount(1);
});

test('until the words that are typed are looked for, the list says that it still answers the ones before', async ({
  inbox,
}) => {
  const { page } = inbox;
  await page.clock.install();
  await page.reload();
  await inbox.go('deliveries');
  await expect(inbox.rows).toHaveCount(3);
  // Time stands still, and with it the pause after which is asked.
  await page.clock.pauseAt(Date.now() + 3_600_000);
  await page.getByRole('textbox', { name: 'Search' }).fill('snapengage');
  await expect(inbox.list).toHaveAttribute('aria-busy', 'true');
  await page.clock.runFor(1_000);
  await expect(inbox.rows).toHaveCount(1);
  await page.getByRole('textbox', { name: 'Search' }).fill('chatlio');
  await expect(inbox.list).toHaveAttribute('aria-busy', 'true');
  await page.getByRole('textbox', { name: 'Search' }).fill('snapengage');
  await expect(inbox.rows, 'taken back before it was asked').toHaveCount(1);
});

for (const [what, text, who] of [
  ['visitors', 'dusan', 'Dusan Kmet'],
  ['a visitor by operator', 'from:anna', 'Anna Berg'],
  ['pages', 'page:hook-post', 'Dusan Kmet'],
  ['fields', 'field:happy', 'Jim Tester'],
  ['services', 'service:snapengage', 'Jim Tester'],
  ['ratings', 'rating:>4', 'Dusan Kmet'],
  ['days', 'before:2015-01-01', 'Jim Tester'],
] as const) {
  test(`search finds ${what}`, async ({ inbox }) => {
    await inbox.page.getByRole('textbox', { name: 'Search' }).fill(text);
    await expect(inbox.rows).toHaveCount(1);
    await expect(inbox.rows.first()).toContainText(who);
  });
}

test('a search without result says what was searched and offers a way out', async ({ inbox }) => {
  await inbox.page.getByRole('textbox', { name: 'Search' }).fill('zeppelin');
  await expect(inbox.page.getByRole('heading', { name: 'Nothing found for zeppelin' })).toBeVisible();
  await inbox.page.getByRole('button', { name: 'Clear search' }).last().click();
  await expect(inbox.rows).toHaveCount(3);
});

test('an empty search box explains the query language', async ({ inbox }) => {
  await inbox.page.keyboard.press('Control+k');
  await expect(inbox.page.getByText('rating:<3', { exact: true })).toBeVisible();
  await inbox.page.keyboard.type('a');
  await expect(inbox.page.getByText('rating:<3', { exact: true })).toBeHidden();
});

test('what could not be understood is said, and the rest is searched', async ({ inbox }) => {
  await inbox.page.getByRole('textbox', { name: 'Search' }).fill('oak rating:many');
  const { problem } = await inbox.ask('conversations', {
    view: 'inbox',
    search: 'oak rating:many',
  });
  expect(problem).toBeTruthy();
  await expect(inbox.page.getByText(problem!)).toBeVisible();
});

test('a search survives a reload, because it stands in the address', async ({ inbox }) => {
  await inbox.page.getByRole('textbox', { name: 'Search' }).fill('oak');
  await expect(inbox.rows).toHaveCount(1);
  await inbox.page.reload();
  await expect(inbox.page.getByRole('textbox', { name: 'Search' })).toHaveValue('oak');
  await expect(inbox.rows).toHaveCount(1);
});
