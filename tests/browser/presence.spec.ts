// Silence that is noticed: times in which the door was closed, how an address usually fares, and that one has gone quiet.
import { execFileSync } from 'node:child_process';
import { expect, test, type Inbox } from './inbox';
import { beside, newFolder } from './program';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

interface Past {
  /** When Smartsupp posted a chat. */
  posted: number[];
  /** When the door was open. */
  open: [from: number, until: number][];
}

/** An archive with such a past, made by the archive's own code. */
async function archive(past: Past): Promise<string> {
  const folder = await newFolder();
  execFileSync(beside('examples/past'), [folder], { input: JSON.stringify(past) });
  return folder;
}

/** Three weeks of a chat in each hour of day and night, until so long ago. */
const steady = (until: number) =>
  Array.from({ length: 21 * 24 }, (_, at) => until - (21 * 24 - 1 - at) * hour);

async function statusLine(inbox: Inbox) {
  const status = inbox.page.getByRole('contentinfo', { name: 'Status' });
  await expect(status).toContainText('listening');
  return status;
}

test.describe('after a night in which the door was closed', () => {
  test.use({
    prepared: async ({}, use) => {
      await use(async () => {
        const now = Date.now();
        return archive({
          posted: [now - 2 * day, now - 11 * hour],
          open: [[now - 3 * day, now - 9.75 * hour]],
        });
      });
    },
  });

  test('the gap stands above the inbox, in the list of deliveries and on a page of its own', async ({
    inbox,
  }) => {
    const { page } = inbox;
    await inbox.everythingIsRead();
    const note = page.getByRole('note', { name: 'Time without a door' });
    await expect(note).toContainText('The door was closed');
    await expect(note).toContainText('9 h 45 min');
    await expect(note).toContainText('did not arrive');
    const status = await statusLine(inbox);
    await expect(status).toContainText('open since');

    await inbox.post('smartsupp', { accountId: 1, channel: { id: 7, isChat: true }, messages: [] });
    await inbox.everythingIsRead();
    await inbox.go('deliveries');
    await expect(inbox.rows).toHaveCount(4);
    await expect(inbox.rows.nth(1)).toContainText('The door was closed');
    await expect(inbox.rows.nth(1)).toContainText('9 h 45 min');

    // The keyboard goes through it as through any row.
    await inbox.rows.first().click();
    await page.keyboard.press('j');
    const gap = page.getByRole('group', { name: 'Time without a door' });
    await expect(gap.getByRole('heading', { name: 'The door was closed' })).toBeVisible();
    await page.keyboard.press('j');
    await expect(gap).toHaveCount(0);
    await page.keyboard.press('k');
    await gap.getByRole('button', { name: 'Fetch past chats of Smartsupp' }).click();
    await expect(page.getByRole('heading', { name: 'History' }).first()).toBeVisible();
  });

  test('who has seen it can dismiss it, and take that back', async ({ inbox }) => {
    const { page } = inbox;
    await inbox.everythingIsRead();
    const note = page.getByRole('note', { name: 'Time without a door' });
    await note.getByRole('button', { name: 'Dismiss' }).click();
    await expect(note).toHaveCount(0);
    await page.reload();
    await expect(await statusLine(inbox)).toContainText('open since');
    await expect(note).toHaveCount(0);
    const { rows } = await inbox.ask('gaps', {});
    expect(rows, 'it is kept').toHaveLength(1);
    await inbox.page.request.post('/api/act/see_gaps', { data: {}, headers: { 'X-Afterchat': '1' } });
    await page.reload();
    await expect(note).toBeVisible();
  });
});

test.describe('a steady address that stopped', () => {
  test.use({
    prepared: async ({}, use) => {
      await use(async () => {
        const now = Date.now();
        return archive({ posted: steady(now - 8 * hour), open: [[now - 22 * day, now]] });
      });
    },
  });

  test('is called quiet with what to do about it, until it sends again', async ({ inbox }) => {
    const { page } = inbox;
    await inbox.everythingIsRead();
    const status = await statusLine(inbox);
    await status.getByRole('button', { name: 'smartsupp is quiet' }).click();
    const warning = page.getByRole('note', { name: 'smartsupp has gone quiet' });
    await expect(warning).toContainText('8 h');
    await expect(warning).toContainText('About 8 deliveries were to be expected');
    await expect(warning.getByRole('button', { name: 'Look whether the tunnel is up' })).toBeVisible();
    const health = page.getByRole('group', { name: 'How it fares' });
    await expect(health).toHaveText('usually every 1 h');
    await expect(page.getByRole('option', { name: /smartsupp/ })).toContainText('usually every 1 h');

    await warning.getByRole('button', { name: 'Dismiss until the next delivery' }).click();
    await expect(warning).toHaveCount(0);
    await expect(status.getByRole('button', { name: 'smartsupp is quiet' })).toHaveCount(0);
    await page.keyboard.press('z');
    await expect(warning).toBeVisible();

    await inbox.post('smartsupp', { accountId: 1, channel: { id: 7, isChat: true }, messages: [] });
    await inbox.everythingIsRead();
    await expect(warning).toHaveCount(0);
  });
});

test.describe('an address with the same history and a closed door since', () => {
  test.use({
    prepared: async ({}, use) => {
      await use(async () => {
        const now = Date.now();
        return archive({ posted: steady(now - 8 * hour), open: [[now - 22 * day, now - 8 * hour + minute]] });
      });
    },
  });

  test('is not quiet: nothing could arrive', async ({ inbox }) => {
    await inbox.everythingIsRead();
    const status = await statusLine(inbox);
    await expect(status).toContainText('open since');
    await expect(status.getByRole('button', { name: 'smartsupp is quiet' })).toHaveCount(0);
    const source = (await inbox.overview()).sources.find(({ name }) => name === 'smartsupp');
    expect(source?.health.quiet).toBeUndefined();
    expect(source?.health.rhythm?.every).toBeCloseTo(3600, -2);
  });
});

test('what went wrong last is told at the address, with the way to it', async ({ inbox }) => {
  await inbox.post('smartsupp', 'no chat at all');
  await inbox.everythingIsRead();
  const region = await inbox.openAddress('smartsupp');
  const health = region.getByRole('group', { name: 'How it fares' });
  await expect(health).toContainText('a delivery could not be read');
  await health.getByRole('button', { name: 'Look at it' }).click();
  await expect(inbox.page).toHaveURL(/deliveries\?open=1/);
  // Nothing was missed by a new archive, and nothing is usual yet.
  expect((await inbox.overview()).gap).toBeUndefined();
});
