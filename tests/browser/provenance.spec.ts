// Every value leads to the bytes it came from, and back.
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Inbox } from './inbox';
import { payload } from './payloads';

const raw = (inbox: Inbox) => inbox.page.getByRole('region', { name: 'Raw body' });
const marked = (inbox: Inbox) => raw(inbox).locator('mark');
const selected = (inbox: Inbox) => inbox.page.getByRole('region', { name: 'Selected value' });
const value = (inbox: Inbox, place: string) => inbox.page.locator(`[data-origin="${place}"]`).first();

/** Opens the conversation that these deliveries are. */
async function arrive(inbox: Inbox, service: string, files: string[], type = 'application/json') {
  for (const file of files) {
    const [folder, name] = file.includes('/') ? file.split('/') : [service, file];
    await inbox.post(service, payload(folder!, name!), type);
  }
  await inbox.everythingIsRead();
  await inbox.go('everything');
  await inbox.rows.first().click();
  await expect(inbox.transcript).toBeVisible();
}

/** Clicks a value, and sees the delivery it came from with its very bytes marked. */
async function leads(inbox: Inbox, place: string, pointer: string, bytes: string) {
  await value(inbox, place).click();
  await expect(marked(inbox)).toHaveText(bytes);
  await expect(marked(inbox)).toBeInViewport();
  expect(new URL(inbox.page.url()).hash).toContain(`at=${encodeURIComponent(pointer).replace(/%20/g, '+')}`);
  await expect(selected(inbox)).toContainText(pointer);
  const tree = inbox.page.getByRole('treeitem', { selected: true });
  await expect(tree).toHaveCount(1);
  await expect(tree).toBeInViewport();
}

const services: [service: string, file: string, values: [place: string, pointer: string, bytes: string][]][] =
  [
    [
      'chatlio',
      'transcript.json',
      [
        ['visitor.ip', '/visitor/IPAddress', '"64.145.94.51"'],
        ['messages[0].text', '/messages/0/text', '"Hi! I love your webhooks!"'],
      ],
    ],
    [
      'smartsupp',
      'post_hook.json',
      [
        ['messages[0].text', '/messages/0/content', '"Hello"'],
        ['visitor.email', '/visitor/email', '"dusan@domain.com"'],
        ['rating.value', '/channel/rating', '5'],
        ['messages[2].trigger', '/messages/2/triggeredBy', '"Test Trigger"'],
      ],
    ],
    [
      'comm100',
      'chat_ended.json',
      [
        ['messages[1].text', '/chat/chat_transcript@49-79', 'Hello Pat, how may I help you?'],
        ['messages[1].at', '/chat/chat_transcript@34-42', '10:51:05'],
        ['messages[1].author.name', '/chat/chat_transcript@44-47', 'Sam'],
      ],
    ],
    ['chatvisor', 'status_change.json', [['messages[0].text', '/lastMessage/test', '"Thanks, bye"']]],
    ['snapengage', 'chat.json', [['visitor.city', '/city', '"Boulder"']]],
  ];

for (const [service, file, values] of services) {
  test(`the values of a ${service} chat lead to their bytes`, async ({ inbox }) => {
    await arrive(inbox, service, [file]);
    for (const [place, pointer, bytes] of values) {
      await leads(inbox, place, pointer, bytes);
      await inbox.page.goBack();
      await expect(inbox.transcript).toBeVisible();
    }
  });
}

test('values of an XML body and of a form lead to their bytes', async ({ inbox }) => {
  await arrive(inbox, 'snapengage', ['legacy.xml'], 'text/xml');
  await leads(inbox, 'visitor.email', '/case/requested_by', '<![CDATA[kim@example.com]]>');
  await arrive(inbox, 'chatlio', ['hostile/form_with_data.txt'], 'application/x-www-form-urlencoded');
  await inbox.open('Bea Sample');
  await leads(inbox, 'visitor.email', '/data/visitor/email', '%22bea%40example.net%22');
});

test('a place in the address survives a reload', async ({ inbox }) => {
  await arrive(inbox, 'comm100', ['chat_ended.json']);
  await leads(inbox, 'messages[1].text', '/chat/chat_transcript@49-79', 'Hello Pat, how may I help you?');
  await inbox.page.reload();
  await expect(marked(inbox)).toHaveText('Hello Pat, how may I help you?');
  await expect(inbox.page.getByRole('treeitem', { selected: true })).toHaveText(/^chat_transcript/);
});

test('of several deliveries the one that is shown opens, and the others are a click away', async ({
  inbox,
}) => {
  await arrive(inbox, 'comm100', ['chat_started.json', 'chat_ended.json']);
  await value(inbox, 'visitor.name').click();
  await expect(inbox.page).toHaveURL(/open=2&at=%2Fvisitor%2Fname/);
  await selected(inbox).getByRole('button', { name: 'delivery 1' }).click();
  await expect(inbox.page).toHaveURL(/open=1&at=%2Fvisitor%2Fname/);
  await expect(marked(inbox)).toHaveText('"Pat Tester"');
});

/** A chat of so many lines that most are out of sight. */
async function longChat(inbox: Inbox) {
  const messages = Array.from({ length: 600 }, (_, at) => ({
    type: at % 3 ? 'agent' : 'visitor',
    content: `Line ${at} ${'and more '.repeat(at % 40)}`,
    sentAt: Date.UTC(2026, 0, 5, 12) + at * 1000,
  }));
  await inbox.chat('Anna Berg', 'unused', 1, { messages });
  await inbox.open('Anna Berg');
}

test('Back returns to the same line at the same height, with the focus on it', async ({ inbox }) => {
  await longChat(inbox);
  const line = value(inbox, 'messages[431].text');
  await expect(line).toBeAttached();
  await line.scrollIntoViewIfNeeded();
  await line.click();
  await expect(marked(inbox)).toContainText('Line 431');
  await inbox.page.goBack();
  await expect(line).toBeFocused();
  await expect(line).toBeInViewport();
  const before = await line.boundingBox();
  await line.click();
  await expect(marked(inbox)).toContainText('Line 431');
  await inbox.page.goBack();
  await expect(line).toBeFocused();
  await expect.poll(async () => Math.abs((await line.boundingBox())!.y - before!.y)).toBeLessThan(2);
});

test('Back returns to the list as it was left', async ({ inbox }) => {
  for (let id = 1; id <= 30; id++) await inbox.chat(`Visitor ${id}`, `Table ${id}, please.`, id);
  await inbox.everythingIsRead();
  await inbox.go('everything');
  await expect(inbox.rows.first()).toBeVisible();
  const height = () => inbox.list.evaluate((list) => list.scrollTop);
  const before = await inbox.list.evaluate((list) => (list.scrollTop = 600));
  await inbox.open('Visitor 14');
  await value(inbox, 'messages[0].text').click();
  await expect(marked(inbox)).toBeVisible();
  await inbox.page.goBack();
  await expect(inbox.row('Visitor 14').first()).toBeInViewport();
  await expect.poll(height).toBe(before);
});

test('everything works from the keyboard, and Tab passes through a region in one step', async ({ inbox }) => {
  await arrive(inbox, 'smartsupp', ['post_hook.json']);
  const { keyboard } = inbox.page;
  await inbox.transcript.focus();
  await keyboard.press('Tab');
  await expect(value(inbox, 'messages[0].text')).toBeFocused();
  await keyboard.press('ArrowDown');
  await keyboard.press('ArrowDown');
  await keyboard.press('ArrowDown');
  await expect(value(inbox, 'messages[3].text')).toBeFocused();
  await keyboard.press('ArrowLeft');
  await expect(value(inbox, 'messages[3].author.name')).toBeFocused();
  await keyboard.press('o');
  await expect(marked(inbox)).toHaveText('"John Doe"');
  await expect(inbox.page.getByRole('tree')).toBeFocused();
  await inbox.page.goBack();
  await expect(value(inbox, 'messages[3].author.name')).toBeFocused();
  await keyboard.press('Tab');
  await expect(inbox.transcript.locator(':focus')).toHaveCount(0);

  await inbox.details.getByText('Visitor', { exact: true }).click();
  await inbox.details.getByText('Visitor', { exact: true }).click();
  await keyboard.press('Tab');
  await keyboard.press('ArrowDown');
  await expect(value(inbox, 'visitor.email')).toBeFocused();
  await keyboard.press('Enter');
  await expect(marked(inbox)).toHaveText('"dusan@domain.com"');
});

test('a word can still be selected, and a selection cleared, without going anywhere', async ({ inbox }) => {
  await arrive(inbox, 'smartsupp', ['post_hook.json']);
  const { page } = inbox;
  const line = value(inbox, 'messages[3].text');
  await line.dblclick({ position: { x: 6, y: 8 } });
  await expect.poll(() => page.evaluate(() => getSelection()?.toString().trim())).toBe('Hi');
  await value(inbox, 'messages[0].text').click();
  await expect.poll(() => page.evaluate(() => getSelection()?.isCollapsed)).toBe(true);
  await line.click();
  await expect(marked(inbox), 'only the click that was meant led away').toHaveText(
    '"Hi, how can i help you ?"',
  );
});

test('a link leads to its origin with Alt', async ({ inbox }) => {
  await arrive(inbox, 'smartsupp', ['post_hook.json']);
  await inbox.details.locator('[data-origin="pages[0].url"] a').click({ modifiers: ['Alt'] });
  await expect(inbox.page).toHaveURL(/#\/deliveries\?open=1&at=/);
  await expect(marked(inbox)).toHaveText(/^"http/);
});

test('a value that no payload says tells why it is there', async ({ inbox }) => {
  await arrive(inbox, 'chatvisor', ['status_change.json']);
  await value(inbox, 'messages[0].at').click();
  await expect(inbox.page.getByText('it is the time when the delivery was received')).toBeVisible();
  await expect(inbox.transcript).toBeVisible();
});

test('a value in the inspector leads to the very message', async ({ inbox }) => {
  await longChat(inbox);
  await inbox.go('deliveries?open=1&at=/messages/517/content');
  await expect(marked(inbox)).toContainText('Line 517');
  await selected(inbox).getByRole('button', { name: 'messages[517].text' }).click();
  const line = value(inbox, 'messages[517].text');
  await expect(line).toBeFocused();
  await expect(line).toBeInViewport();
  await expect(inbox.page).toHaveURL(/at=messages/);
  await inbox.page.reload();
  await expect(line).toBeInViewport();
});

test('a long text tells what became of its parts', async ({ inbox }) => {
  await arrive(inbox, 'comm100', ['chat_ended.json']);
  await inbox.go('deliveries?open=1&at=/chat/chat_transcript');
  await expect(selected(inbox)).toContainText('messages[1].text');
  await expect(selected(inbox)).toContainText('Hello Pat, how may I help you?');
});

test('a value that is led to, and the place it came from, are accessible in light and dark', async ({
  inbox,
}) => {
  await arrive(inbox, 'comm100', ['chat_ended.json']);
  for (const colorScheme of ['light', 'dark'] as const) {
    await inbox.page.emulateMedia({ colorScheme });
    await inbox.go('deliveries?open=1&at=/chat/chat_transcript@49-79');
    await expect(marked(inbox)).toBeVisible();
    expect((await new AxeBuilder({ page: inbox.page }).analyze()).violations).toEqual([]);
    await selected(inbox).getByRole('button', { name: 'messages[1].text' }).click();
    await expect(value(inbox, 'messages[1].text')).toBeFocused();
    expect((await new AxeBuilder({ page: inbox.page }).analyze()).violations).toEqual([]);
  }
});
