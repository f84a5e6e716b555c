// What an address answers, what was answered, the attempts that followed, and what was not taken.
import AxeBuilder from '@axe-core/playwright';
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, type Inbox, test } from './inbox';

async function post(inbox: Inbox, source: string, body: string): Promise<number> {
  const headers = { 'Content-Type': 'application/json' };
  return (await fetch(await inbox.address(source), { method: 'POST', headers, body })).status;
}

async function accessible(inbox: Inbox): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await inbox.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const size of [
      { width: 1280, height: 800 },
      { width: 900, height: 600 },
    ]) {
      await inbox.page.setViewportSize(size);
      const { violations } = await new AxeBuilder({
        page: inbox.page,
      }).analyze();
      expect(violations, `${colorScheme} ${size.width}`).toEqual([]);
      const shots = process.env.AFTERCHAT_SHOTS;
      const name = test.info().title.replace(/\W+/g, '-').slice(0, 40);
      if (shots)
        await inbox.page.screenshot({
          path: `${shots}/${name}-${test.info().attachments.length}-${colorScheme}-${size.width}.png`,
        });
    }
  }
  await inbox.page.setViewportSize({ width: 1280, height: 800 });
}

test('an address answers by a plan that is written as text, and says so everywhere', async ({ inbox }) => {
  const { page } = inbox;
  const source = await inbox.openAddress('any', 'answer');
  await expect(source.getByText('It answers as usual')).toBeVisible();
  const text = source.getByLabel('Plan', { exact: true });
  await text.fill('503 x2, 4x4');
  await expect(source.getByRole('alert')).toContainText('A step is a status such as 503');
  await expect(source.getByRole('button', { name: 'Use these answers' })).toBeDisabled();
  await accessible(inbox);
  await text.fill('503 retry-after 7 x2, 200');
  await expect(source.getByRole('alert')).toBeHidden();
  await expect(source.getByRole('group', { name: 'Step 1' }).getByLabel('Status')).toHaveValue('503');
  await text.press('Enter');
  await expect(source.getByRole('heading', { name: 'It does not answer as usual' })).toBeVisible();
  await expect(source.getByText('next: 503 retry-after 7')).toBeVisible();
  const alarm = page.getByRole('contentinfo').getByRole('button', { name: 'any does not answer as usual' });
  await expect(alarm, 'the status line says so').toBeVisible();
  await expect(page.getByRole('option', { name: /answers 503 retry-after 7 x2, 200/ })).toBeVisible();
  expect([await post(inbox, 'any', '{"a":1}'), await post(inbox, 'any', '{"a":1}')]).toEqual([503, 503]);
  expect(await post(inbox, 'any', '{"a":1}')).toBe(200);
  await expect(source.getByText('3 answers given')).toBeVisible();
  await accessible(inbox);
  await page.reload();
  await expect(source.getByLabel('Plan', { exact: true })).toHaveValue('503 retry-after 7 x2, 200');
  await source.getByRole('button', { name: 'As usual again' }).click();
  await expect(source.getByText('It answers as usual')).toBeVisible();
  await expect(alarm).toBeHidden();
  expect((await inbox.overview()).deliveries, 'each is kept whatever was answered').toBe(3);
});

test('a plan is put together in fields, and a risky status must be meant', async ({ inbox }) => {
  const source = await inbox.openAddress('any', 'answer');
  const text = source.getByLabel('Plan', { exact: true });
  await source.getByRole('button', { name: 'Drop the connection once' }).click();
  await expect(text).toHaveValue('drop x1');
  const first = source.getByRole('group', { name: 'Step 1' });
  await expect(first.getByLabel('Answer'), 'the fields follow the text').toHaveValue('drop');
  await first.getByLabel('Answer').selectOption('a status');
  await expect(text).toHaveValue('503 x1');
  await first.getByLabel('Status').fill('410');
  await first.getByLabel('Status').press('Tab');
  await expect(source.getByRole('alert')).toContainText('switch the address off for good');
  await expect(source.getByRole('button', { name: 'Use these answers' })).toBeDisabled();
  await first.getByRole('checkbox', { name: /I mean it/ }).check();
  await expect(text).toHaveValue('410! x1');
  await first.getByText('Headers and body').click();
  await first.getByLabel('Header lines').fill('Retry-After: 5\nX-Own: a, b');
  await first.getByLabel('Body').fill('gone "for good"');
  await first.getByLabel('after seconds').fill('0.2');
  await first.getByLabel('after seconds').press('Tab');
  await expect(text).toHaveValue(
    'wait 200ms 410! retry-after 5 header "X-Own: a, b" body "gone \\"for good\\"" x1',
  );
  await source.getByRole('button', { name: 'Add a step' }).click();
  await source.getByRole('checkbox', { name: /Each event/ }).check();
  await expect(text).toHaveValue(/^per event: wait 200ms 410!.*, 503$/);
  await accessible(inbox);
  await source.getByRole('button', { name: 'Remove step 2' }).click();
  await source.getByRole('button', { name: 'Use these answers' }).click();
  await expect(source.getByRole('heading', { name: /per event: wait 200ms 410!/ })).toBeVisible();
  const answer = await fetch(await inbox.address('any'), {
    method: 'POST',
    body: 'x',
  });
  expect([answer.status, answer.headers.get('x-own'), await answer.text()]).toEqual([
    410,
    'a, b',
    'gone "for good"',
  ]);
});

test('a delivery tells what was answered, and leads to the other attempts', async ({ inbox }) => {
  const { page } = inbox;
  const source = await inbox.openAddress('any', 'answer');
  await source.getByLabel('Plan', { exact: true }).fill('503, 200');
  await source.getByLabel('Plan', { exact: true }).press('Enter');
  await expect(source.getByRole('heading', { name: 'It does not answer as usual' })).toBeVisible();
  for (const status of [503, 200]) expect(await post(inbox, 'any', '{"event":"chat"}')).toBe(status);
  expect(await post(inbox, 'any', '{"event":"other"}')).toBe(200);
  await inbox.everythingIsRead();
  await inbox.go('deliveries?open=1');
  const request = page.getByRole('region', { name: 'Request' });
  await expect(request.getByText(/^answered 503 in/).first()).toBeVisible();
  await expect(request.getByText('by plan: answer 1 of “503, 200”')).toBeVisible();
  const attempts = request.getByText('Attempt 1 of 2');
  await attempts.click();
  await expect(request.getByText(/^\+/), 'the gap between them').toBeVisible();
  await accessible(inbox);
  await request.getByRole('button', { name: 'Attempt 2' }).click();
  await expect(page).toHaveURL(/open=2/);
  await expect(request.getByText('Attempt 2 of 2')).toBeVisible();
  await inbox.go('deliveries?open=3');
  await expect(request.getByText('by plan: answer 3 of')).toBeVisible();
  await expect(request.getByText(/Attempt \d of/)).toBeHidden();
});

test('a request that breaks off is listed among what was not taken, and is no delivery', async ({
  inbox,
}) => {
  const { page } = inbox;
  const url = new URL(await inbox.address('any'));
  const head = `POST ${url.pathname} HTTP/1.1\r\nHost: a\r\nX-Note: <b>half</b>\r\nContent-Length: 999\r\n\r\n`;
  const socket = connect(Number(url.port), url.hostname);
  await once(socket, 'connect');
  socket.end(`${head}{"half":`);
  await once(socket.resume(), 'close');
  await inbox.go('deliveries');
  await page.getByRole('button', { name: /^Not taken/ }).click();
  await inbox.row('broken off').click();
  const request = page.getByRole('region', { name: 'Request' });
  await expect(request.getByText('Not taken: broken off')).toBeVisible();
  await expect(request.getByText('8 B of 999 B arrived')).toBeVisible();
  await expect(request.getByText('<b>half</b>')).toBeVisible();
  await expect(request.getByText('{"half":')).toBeVisible();
  await accessible(inbox);
  await page.reload();
  await expect(request.getByText('Not taken: broken off'), 'a reload stays there').toBeVisible();
  await page.getByRole('listbox').focus();
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(/#\/refused$/);
  expect((await inbox.overview()).deliveries).toBe(0);
});
