// Everything can be done without a pointer.
import { expect, test } from './inbox';

test('from the search box through the list into a conversation, its delivery and back', async ({ inbox }) => {
  for (const [at, name] of ['Anna Berg', 'Petr Novák', 'María López'].entries()) {
    await inbox.chat(name, `Words of ${name}`, at + 1);
  }
  await expect(inbox.rows).toHaveCount(3);
  const { keyboard } = inbox.page;
  const heading = (name: string) => inbox.page.getByRole('heading', { level: 2, name });

  await keyboard.press('/');
  await expect(inbox.page.getByRole('textbox', { name: 'Search' })).toBeFocused();
  await keyboard.type('words');
  await keyboard.press('Enter');
  await expect(inbox.list).toBeFocused();
  await keyboard.press('ArrowDown');
  await keyboard.press('j');
  await keyboard.press('Enter');
  await expect(heading('Petr Novák')).toBeVisible();
  await expect(inbox.transcript).toBeFocused();

  await keyboard.press('k');
  await expect(heading('María López'), 'the open conversation follows the keys').toBeVisible();
  await keyboard.press('Escape');
  await expect(inbox.list).toBeFocused();
  await keyboard.press('Escape');
  await expect(inbox.page.getByText('Choose a conversation')).toBeVisible();
  await keyboard.press('Escape');
  await expect(inbox.page.getByRole('textbox', { name: 'Search' })).toHaveValue('');

  await keyboard.press('8');
  await expect(inbox.page.getByRole('heading', { level: 1, name: 'Deliveries' })).toBeVisible();
  await expect(inbox.rows).toHaveCount(3);
  await inbox.list.focus();
  await keyboard.press('j');
  await keyboard.press('Enter');
  await expect(inbox.page.getByRole('tree')).toBeFocused();
  await keyboard.press('ArrowDown');
  await keyboard.press('ArrowDown');
  await expect(inbox.page.getByRole('treeitem', { selected: true })).toHaveText(/accountId/);

  await keyboard.press('9');
  await expect(inbox.page.getByRole('heading', { level: 1, name: 'Hook addresses' })).toBeVisible();
  await keyboard.press('?');
  await expect(inbox.page.getByRole('dialog')).toContainText('Next row');
  await keyboard.press('Escape');
  await expect(inbox.page.getByRole('dialog')).toBeHidden();
});

test('details are a drawer in a smaller window, and list and reader take turns in a narrow one', async ({
  inbox,
}) => {
  await inbox.chat('Anna Berg', 'Hello', 1);
  await inbox.page.setViewportSize({ width: 900, height: 600 });
  await inbox.open('Anna Berg');
  await expect(inbox.details).toBeHidden();
  await inbox.page.keyboard.press('d');
  await expect(inbox.details).toBeVisible();
  await inbox.page.keyboard.press('Escape');
  await expect(inbox.details).toBeHidden();

  await inbox.page.setViewportSize({ width: 640, height: 600 });
  await expect(inbox.list).toBeHidden();
  await inbox.page.keyboard.press('Escape');
  await expect(inbox.row('Anna Berg')).toBeVisible();
  await expect(inbox.transcript).toBeHidden();
});

test('Back returns to the list it came from', async ({ inbox }) => {
  await inbox.chat('Anna Berg', 'Hello', 1);
  await inbox.open('Anna Berg');
  await inbox.page.goBack();
  await expect(inbox.page.getByText('Choose a conversation')).toBeVisible();
  await inbox.page.goForward();
  await expect(inbox.page.getByRole('heading', { level: 2, name: 'Anna Berg' })).toBeVisible();
});
