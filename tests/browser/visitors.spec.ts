// One visitor over all conversations: what joins them, what people decide about it, and its way back.
import AxeBuilder from '@axe-core/playwright';
import type { Locator } from '@playwright/test';
import { expect, test, type Inbox } from './inbox';

const anna = { id: 55, name: 'Anna Berg', email: 'Anna@example.org', city: 'Brno' };

/** Four conversations of Anna, of which names join two and two, and one of somebody else. */
async function arrive(inbox: Inbox): Promise<void> {
  const paths = (steps: number) =>
    Array.from({ length: steps }, (_, at) => ({ url: `https://shop.example/${at}`, title: `Page ${at}` }));
  await inbox.chat('', 'First words', 1, { visitor: anna, paths: paths(2) });
  await inbox.chat('', 'Second words', 2, {
    visitor: { id: 56, email: 'anna@EXAMPLE.org' },
    paths: paths(230),
  });
  await inbox.chat('', 'Third words', 3, { visitor: { id: 77, name: 'Anna B.' } });
  await inbox.chat('', 'Fourth words', 4, { visitor: { id: 77, name: 'Anna B.' } });
  await inbox.chat('', 'Fifth words', 5, { visitor: null });
  await inbox.everythingIsRead();
}

const heading = (inbox: Inbox, name: string) =>
  inbox.page.getByRole('heading', { level: 1, name, exact: true });
const theirs = (inbox: Inbox): Locator =>
  inbox.page.getByRole('group', { name: 'Conversations of this visitor' });
const rowsOf = (inbox: Inbox): Locator => theirs(inbox).getByRole('button', { name: /^Open: / });
const about = (inbox: Inbox): Locator => inbox.page.getByRole('region', { name: 'About' });

async function visit(inbox: Inbox, words: string): Promise<void> {
  await inbox.go('everything');
  await inbox.row(words).click();
  await expect(inbox.transcript).toContainText(words);
  await inbox.page.keyboard.press('v');
  await expect(
    inbox.page.getByRole('region', { name: 'Visitor' }).getByRole('heading', { level: 1 }),
  ).not.toBeEmpty();
}

test('all of a visitor is reached from the details, survives a reload, and Back returns', async ({
  inbox,
}) => {
  await arrive(inbox);
  await inbox.go('everything');
  await inbox.row('Second words').click();
  await inbox.details.getByRole('button', { name: 'All of this visitor' }).click();
  await expect(heading(inbox, 'Anna Berg')).toBeVisible();
  await expect(rowsOf(inbox)).toHaveCount(2);
  await inbox.page.reload();
  await expect(heading(inbox, 'Anna Berg')).toBeVisible();
  await expect(about(inbox)).toContainText('Same e-mail address anna@example.org');
  await expect(about(inbox)).toContainText('Brno');
  await rowsOf(inbox).filter({ hasText: 'First words' }).click();
  await expect(inbox.transcript).toContainText('First words');
  await inbox.page.goBack();
  await expect(heading(inbox, 'Anna Berg')).toBeVisible();
  await inbox.page.goBack();
  await expect(inbox.transcript).toContainText('Second words');
});

test('the keyboard leads there, through their conversations, and back', async ({ inbox }) => {
  await arrive(inbox);
  await visit(inbox, 'First words');
  await expect(rowsOf(inbox)).toHaveCount(2);
  await inbox.page.keyboard.press('j');
  await expect(rowsOf(inbox).nth(0)).toBeFocused();
  await inbox.page.keyboard.press('j');
  await expect(rowsOf(inbox).nth(1)).toBeFocused();
  await inbox.page.keyboard.press('Enter');
  await expect(inbox.transcript).toContainText('First words');
  await inbox.page.keyboard.press('v');
  await expect(heading(inbox, 'Anna Berg')).toBeVisible();
  await inbox.page.keyboard.press('Escape');
  await expect(inbox.transcript).toContainText('First words');
});

test('two visitors are joined by hand, which is told, undone, and taken back', async ({ inbox }) => {
  await arrive(inbox);
  await visit(inbox, 'First words');
  await inbox.page.keyboard.press('m');
  const dialog = inbox.page.getByRole('dialog');
  const search = dialog.getByRole('textbox');
  await expect(search).toBeFocused();
  await inbox.page.keyboard.type('Zzz');
  await expect(dialog.getByText('Nobody else is known by “Zzz”.')).toBeVisible();
  await search.fill('anna');
  await expect(dialog.getByRole('list', { name: 'Visitors' }).getByRole('button')).toHaveCount(1);
  await inbox.page.keyboard.press('ArrowDown');
  await inbox.page.keyboard.press('Enter');
  await expect(dialog).toBeHidden();
  await expect(rowsOf(inbox)).toHaveCount(4);
  await expect(about(inbox)).toContainText(/Joined by hand on .*anna@example\.org, 55 at Smartsupp/s);

  await inbox.page.keyboard.press('z');
  await expect(rowsOf(inbox)).toHaveCount(2);
  await expect(about(inbox)).not.toContainText('Joined by hand');

  await inbox.page.keyboard.press('m');
  await search.fill('anna');
  await dialog.getByRole('button', { name: /Anna B\./ }).click();
  await expect(rowsOf(inbox)).toHaveCount(4);
  await about(inbox)
    .getByRole('button', { name: /^Take back: Joined/ })
    .click();
  await expect(rowsOf(inbox)).toHaveCount(2);
  await inbox.page.getByRole('button', { name: /^Undo/ }).last().click();
  await expect(rowsOf(inbox), 'taking back can be undone as well').toHaveCount(4);
});

test('a conversation is taken out and put back, also the one the view was opened from', async ({ inbox }) => {
  await arrive(inbox);
  await visit(inbox, 'First words');
  const first = theirs(inbox).getByRole('listitem').filter({ hasText: 'First words' });
  await first.hover();
  await first.getByRole('button', { name: /^Take this conversation out/ }).click();
  await expect(rowsOf(inbox)).toHaveCount(1);
  await expect(theirs(inbox)).toContainText('Second words');
  await expect(about(inbox)).toContainText('A conversation taken out by hand');
  await about(inbox).getByRole('button', { name: 'Open', exact: true }).click();
  await expect(inbox.transcript).toContainText('First words');
  await inbox.page.keyboard.press('v');
  await expect(rowsOf(inbox)).toHaveCount(1);
  await about(inbox)
    .getByRole('button', { name: /^Put back/ })
    .click();
  await expect(rowsOf(inbox)).toHaveCount(2);
});

test('a name is taken out, says so, and is put back', async ({ inbox }) => {
  await arrive(inbox);
  await visit(inbox, 'First words');
  await about(inbox).getByRole('button', { name: 'Take anna@example.org out' }).click();
  await expect(rowsOf(inbox)).toHaveCount(1);
  await expect(about(inbox)).toContainText('joins nobody: taken out by hand');
  await about(inbox)
    .getByRole('button', { name: /^Put back: anna@example\.org/ })
    .click();
  await expect(rowsOf(inbox)).toHaveCount(2);
});

test('a long path is shown in parts, and can be passed', async ({ inbox }) => {
  await arrive(inbox);
  await visit(inbox, 'First words');
  const path = inbox.page.getByRole('region', { name: 'Path over all conversations' });
  await expect(path.getByRole('listitem')).toHaveCount(100);
  await expect(path).toContainText('100 of 230 pages');
  await path.getByRole('button', { name: 'Show more pages' }).click();
  await expect(path.getByRole('listitem')).toHaveCount(200);
  await path.getByRole('button', { name: 'Go on with the conversation before' }).click();
  await expect(path).toContainText('2 pages');
  await expect(path.getByRole('listitem')).toHaveCount(202);
  await expect(path.getByRole('button', { name: 'Show more pages' })).toBeHidden();
});

test('a visitor nobody knows anything about is told as such, and learns with the next delivery', async ({
  inbox,
}) => {
  await arrive(inbox);
  await visit(inbox, 'Fifth words');
  await expect(heading(inbox, 'Unknown visitor')).toBeVisible();
  await expect(about(inbox)).toContainText('The services said nothing about this visitor.');
  await expect(about(inbox)).toContainText('You can join them with another visitor by hand.');
  await inbox.chat('', 'Fifth words', 5, { visitor: { id: 77, name: 'Anna B.' }, rating: 1 });
  await expect(heading(inbox, 'Anna B.')).toBeVisible();
  await expect(rowsOf(inbox)).toHaveCount(3);
});

test('in a small window the parts stand behind tabs', async ({ inbox }) => {
  await arrive(inbox);
  await visit(inbox, 'First words');
  await inbox.page.setViewportSize({ width: 600, height: 700 });
  await expect(rowsOf(inbox)).toHaveCount(0);
  await inbox.page.getByRole('tab', { name: 'About' }).focus();
  await inbox.page.keyboard.press('ArrowRight');
  await expect(rowsOf(inbox)).toHaveCount(2);
  await inbox.page.keyboard.press('ArrowRight');
  await expect(inbox.page.getByRole('tabpanel')).toContainText('100 of 230 pages');
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the visitor view is accessible in ${colorScheme}`, async ({ inbox }) => {
    await inbox.page.emulateMedia({ colorScheme });
    await arrive(inbox);
    await visit(inbox, 'First words');
    const check = async (what: string) =>
      expect((await new AxeBuilder({ page: inbox.page }).analyze()).violations, what).toEqual([]);
    await about(inbox).getByRole('button', { name: 'Take anna@example.org out' }).click();
    await expect(about(inbox)).toContainText('taken out by hand on');
    await check('a visitor');
    await inbox.page.setViewportSize({ width: 900, height: 600 });
    await inbox.page.getByRole('tab', { name: 'Path' }).click();
    await check('behind tabs');
    await inbox.page.keyboard.press('m');
    await inbox.page.getByRole('dialog').getByRole('textbox').fill('anna');
    await expect(inbox.page.getByRole('dialog').getByRole('button', { name: /Anna B\./ })).toBeVisible();
    await check('joining');
    await inbox.page.keyboard.press('Escape');
    await expect(inbox.page.getByRole('dialog')).toBeHidden();
    await inbox.page.setViewportSize({ width: 1280, height: 800 });
    await visit(inbox, 'Fifth words');
    await check('nobody');
  });
}
