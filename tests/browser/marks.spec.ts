// What a person does to a conversation, and its way back.
import { expect, test } from './inbox';

test.beforeEach(async ({ inbox }) => {
  for (const [at, name] of ['Anna Berg', 'Petr Novák', 'María López'].entries()) {
    await inbox.chat(name, `Words of ${name}`, at + 1);
  }
  await expect(inbox.rows).toHaveCount(3);
});

const isUnread = /^unread, /;

test('archiving takes a row away, goes on to the next, and can be undone', async ({ inbox }) => {
  await inbox.open('Petr Novák');
  await inbox.page.keyboard.press('e');
  await expect(inbox.rows).toHaveCount(2);
  await expect(inbox.page.getByRole('heading', { level: 2, name: 'Anna Berg' })).toBeVisible();
  await inbox.page.getByRole('button', { name: /^Undo/ }).click();
  await expect(inbox.rows).toHaveCount(3);
  await expect(inbox.page.getByRole('heading', { level: 2, name: 'Petr Novák' })).toBeVisible();

  await inbox.page.keyboard.press('e');
  await expect(inbox.rows).toHaveCount(2);
  await inbox.page.keyboard.press('6');
  await expect(inbox.row('Petr Novák')).toHaveCount(1);
  await inbox.page.keyboard.press('z');
  await expect(inbox.page.getByText('Nothing is archived')).toBeVisible();
});

test('a star shows in the row and in its view, and can be undone', async ({ inbox }) => {
  await inbox.open('Anna Berg');
  await inbox.page.keyboard.press('s');
  await expect(inbox.row('Anna Berg')).toHaveAccessibleName(/starred/);
  await inbox.page.keyboard.press('5');
  await expect(inbox.rows).toHaveCount(1);
  await inbox.page.keyboard.press('z');
  await expect(inbox.row('Anna Berg'), 'a row stays where it is looked at').not.toHaveAccessibleName(
    /starred/,
  );
  await inbox.page.keyboard.press('1');
  await inbox.page.keyboard.press('5');
  await expect(inbox.page.getByText('Nothing is starred')).toBeVisible();
});

test('looking does not read a conversation, staying does, and marking it unread lasts', async ({ inbox }) => {
  const row = inbox.row('María López');
  await expect(row).toHaveAccessibleName(isUnread);
  await inbox.open('María López');
  await inbox.page.keyboard.press('j');
  await expect(inbox.page.getByRole('heading', { level: 2, name: 'Petr Novák' })).toBeVisible();
  await expect(inbox.row('Petr Novák'), 'staying reads').not.toHaveAccessibleName(isUnread);
  await expect(row, 'passing by does not').toHaveAccessibleName(isUnread);

  await inbox.page.keyboard.press('u');
  await expect(inbox.row('Petr Novák')).toHaveAccessibleName(isUnread);
  await inbox.page.keyboard.press('2');
  await expect(inbox.rows).toHaveCount(3);
});

test('marks survive a reload', async ({ inbox }) => {
  await inbox.open('Anna Berg');
  await inbox.page.keyboard.press('s');
  await expect(inbox.page.getByRole('button', { name: 'Remove the star' })).toBeVisible();
  await expect.poll(async () => (await inbox.overview()).views.starred.total).toBe(1);
  await inbox.page.reload();
  await expect(inbox.row('Anna Berg')).toHaveAccessibleName(/starred/);
});

test('a conversation is saved as one HTML file', async ({ inbox }) => {
  await inbox.open('Anna Berg');
  const saving = inbox.page.waitForEvent('download');
  await inbox.page.keyboard.press('x');
  const file = await saving;
  expect(file.suggestedFilename()).toMatch(/\.html$/);
  const pieces: Buffer[] = [];
  for await (const piece of await file.createReadStream()) pieces.push(piece as Buffer);
  const html = Buffer.concat(pieces).toString();
  expect(html).toContain('Words of Anna Berg');
  expect(html).not.toContain('<script');
});
