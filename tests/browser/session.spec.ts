// The page belongs to the browser that opened the one-time link, for as long as the program runs.
import { expect, test } from './inbox';

test('a page without the session says so, and says what to do', async ({ inbox, browser }) => {
  const context = await browser.newContext();
  const stranger = await context.newPage();
  await stranger.goto(new URL(inbox.running.link).origin);
  await expect(stranger.getByRole('heading', { name: 'This page’s session is over' })).toBeVisible();
  await expect(stranger.getByText('afterchat serve')).toBeVisible();
  await context.close();
});

test('the link works once', async ({ inbox, browser }) => {
  const context = await browser.newContext();
  const answer = await (await context.newPage()).goto(inbox.running.link);
  expect(answer?.status()).toBe(410);
  await context.close();
});
