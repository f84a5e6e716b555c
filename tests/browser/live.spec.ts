// What arrives while somebody is looking never moves what they look at.
import { expect, test } from './inbox';

test('a new conversation appears by itself while nobody is in the list', async ({ inbox }) => {
  await inbox.chat('Anna Berg', 'The first words', 1);
  await expect(inbox.row('Anna Berg')).toContainText('The first words');
  await inbox.chat('Petr Novák', 'More words', 2);
  await expect(inbox.rows.first()).toContainText('Petr Novák');
});

test('the open conversation, the selection and the place in the list stay when more arrives', async ({
  inbox,
}) => {
  for (let id = 1; id <= 40; id++) await inbox.chat(`Visitor ${id}`, `Question number ${id}`, id);
  await expect(inbox.rows.first()).toContainText('Visitor 40');
  await inbox.open('Visitor 38');
  await inbox.list.press('End');
  await expect(inbox.row('Question number 1').last()).toBeInViewport();
  const place = await inbox.list.evaluate((list) => list.scrollTop);
  expect(place).toBeGreaterThan(0);
  await expect(
    inbox.page.getByRole('heading', {
      level: 2,
      name: 'Visitor 1',
      exact: true,
    }),
  ).toBeVisible();

  await inbox.chat('Late Visitor', 'A late question', 99);
  const news = inbox.page.getByRole('button', { name: '1 new' });
  await expect(news).toBeVisible();
  expect(await inbox.list.evaluate((list) => list.scrollTop), 'the list has not moved').toBe(place);
  await expect(
    inbox.page.getByRole('heading', {
      level: 2,
      name: 'Visitor 1',
      exact: true,
    }),
  ).toBeVisible();

  await inbox.page.keyboard.press('n');
  await expect(inbox.rows.first()).toContainText('Late Visitor');
  await expect(inbox.rows.first()).toBeInViewport();
  await expect(news).toBeHidden();
});

test('an open conversation grows while it is read', async ({ inbox }) => {
  const event = (text: string) => ({
    customerId: 'c-77',
    status: 'UNREAD',
    lastMessage: { text },
  });
  await inbox.post('chatvisor', event('Is anybody there?'));
  await inbox.rows.first().click();
  await expect(inbox.transcript).toContainText('Is anybody there?');
  await inbox.post('chatvisor', event('I am still waiting.'));
  await expect(inbox.transcript).toContainText('I am still waiting.');
  await expect(inbox.transcript, 'what was there stays').toContainText('Is anybody there?');
});

test('a list of hundreds pages by itself while it is scrolled', async ({ inbox }) => {
  test.slow();
  for (let id = 1; id <= 150; id++) await inbox.chat(`Visitor ${id}`, `Question number ${id}`, id);
  await expect(inbox.rows.first()).toContainText('Visitor 150');
  await inbox.list.focus();
  await expect(async () => {
    await inbox.list.press('End');
    await expect(inbox.row('Question number 1').last()).toHaveAttribute('aria-posinset', '150', {
      timeout: 500,
    });
  }).toPass();
  expect(await inbox.rows.count(), 'only what is in sight is drawn').toBeLessThan(60);
});

test('the status line tells where the door is and when it last heard something', async ({ inbox }) => {
  const status = inbox.page.getByRole('contentinfo');
  await expect(status).toContainText(`listening ${new URL(inbox.running.door).host}`);
  await expect(status).toContainText('no delivery yet');
  await inbox.chat('Anna Berg', 'Hello', 1);
  await expect(status).toContainText('last delivery just now');
  await expect(status).toContainText('1 conversation');
});

test('what is opened is asked for once, and not again by being shown', async ({ inbox }) => {
  const { page } = inbox;
  for (const [id, name] of ['Anna Berg', 'Petr Novák', 'Jana Malá'].entries())
    await inbox.chat(name, `Words of ${name}`, id + 1);
  await inbox.everythingIsRead();
  await expect(inbox.rows).toHaveCount(3);
  const asked: string[] = [];
  page.on('request', (request) => {
    const [, query] = /\/api\/query\/(conversation|delivery|visitor)$/.exec(request.url()) ?? [];
    if (query) asked.push(`${query} ${request.postData() ?? ''}`);
  });
  for (const name of ['Anna Berg', 'Petr Novák', 'Jana Malá']) await inbox.open(name);
  await page.keyboard.press('v');
  await expect(page.getByRole('heading', { level: 1, name: 'Jana Malá' })).toBeVisible();
  await inbox.go('deliveries');
  for (const at of [0, 1, 2]) {
    await inbox.rows.nth(at).click();
    await expect(page.getByRole('region', { name: 'Raw body' })).toContainText(
      `Words of ${['Jana Malá', 'Petr Novák', 'Anna Berg'][at]}`,
    );
  }
  expect(asked.filter((each) => each.startsWith('conversation ')).length, asked.join('\n')).toBe(3);
  expect(asked.filter((each) => each.startsWith('delivery ')).length, asked.join('\n')).toBe(3);
  expect(asked.filter((each) => each.startsWith('visitor ')).length, asked.join('\n')).toBe(1);
});
