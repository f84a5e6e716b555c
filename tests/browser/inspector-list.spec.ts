// The inspector's list: searched, followed, pinned and noted, also with thousands of deliveries.
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Inbox } from './inbox';
import { payload } from './payloads';

/** Brings many payloads in at once, as somebody does who imports what they saved. */
async function importMany(inbox: Inbox, payloads: object[]): Promise<void> {
  const body = payloads.map((each) => `${JSON.stringify(each)}\n`).join('');
  const list = [{ name: 'saved.ndjson', size: Buffer.byteLength(body) }];
  const answer = await inbox.page.request.post('/api/import', {
    data: Buffer.from(`${JSON.stringify(list)}\n${body}`),
    headers: { 'X-Afterchat': '1', 'Content-Type': 'application/octet-stream' },
  });
  expect(answer.ok()).toBe(true);
  await expect
    .poll(async () => (await inbox.overview()).deliveries, { timeout: 90_000 })
    .toBe(payloads.length);
  await inbox.everythingIsRead();
}

async function send(inbox: Inbox, source: string, init: RequestInit & { query?: string }): Promise<void> {
  const answer = await fetch(`${await inbox.address(source)}${init.query ?? ''}`, {
    method: 'POST',
    ...init,
  });
  expect(answer.status).toBe(200);
}

const search = (inbox: Inbox) => inbox.page.getByRole('textbox', { name: 'Search deliveries' });

test('the search box serves the page that is shown, and teaches its language', async ({ inbox }) => {
  await inbox.go('deliveries');
  await inbox.page.keyboard.press('/');
  await expect(search(inbox)).toBeFocused();
  await expect(inbox.page.getByText('header.Host:shop')).toBeVisible();
  await inbox.page.keyboard.press('Escape');
  await inbox.page.keyboard.press('1');
  await inbox.page.keyboard.press('/');
  await expect(inbox.page.getByText('rating:<3', { exact: true })).toBeVisible();
});

test('deliveries are found by what they hold and by what they are', async ({ inbox }) => {
  await inbox.post('smartsupp', payload('smartsupp', 'post_hook.json'));
  await send(inbox, 'chatlio', {
    method: 'PUT',
    headers: { 'X-Topic': 'Rocket', 'Content-Type': 'Text/Plain' },
    body: 'just words',
    query: '?debug=1',
  });
  await inbox.post('comm100', '{"name":"\\u017elu\\u0165ou\\u010dk\\u00fd"}');
  await inbox.everythingIsRead();
  await inbox.go('deliveries');
  await expect(inbox.rows).toHaveCount(3);
  for (const [words, count] of [
    ['dusan@domain.com', 1],
    ['žluťoučký', 1],
    ['header.x-topic:rocket', 1],
    ['-header.x-topic:', 2],
    ['method:put type:text query:debug', 1],
    ['is:unreadable', 1],
    ['is:conversation source:smart', 1],
    ['status:200', 3],
    ['status:>=400', 0],
    ['size:>1k', 1],
    ['rocket -words', 0],
  ] as const) {
    await search(inbox).fill(words);
    await expect(inbox.page).toHaveURL(new RegExp(`search=${encodeURIComponent(words).slice(0, 4)}`));
    await expect(inbox.rows, words).toHaveCount(count);
  }
  await expect(inbox.page.getByRole('heading', { name: 'No delivery fits rocket -words' })).toBeVisible();
  await inbox.page.getByRole('button', { name: 'Clear search' }).last().click();
  await expect(inbox.rows).toHaveCount(3);

  await search(inbox).fill('is:purple put');
  await expect(inbox.page.getByRole('status').filter({ hasText: 'is:unreadable' })).toBeVisible();
  await inbox.page.reload();
  await expect(search(inbox)).toHaveValue('is:purple put');
});

test('a search in the list is live: what arrives and fits comes by itself', async ({ inbox }) => {
  await inbox.go('deliveries?search=rocket');
  await expect(inbox.page.getByRole('heading', { name: 'No delivery fits rocket' })).toBeVisible();
  await inbox.post('chatlio', 'a rocket');
  await inbox.post('chatlio', 'a boat');
  await expect(inbox.rows).toHaveCount(1);
  await inbox.post('comm100', 'another rocket');
  await expect(inbox.rows).toHaveCount(2);
  await expect(inbox.rows.first()).toContainText('comm100');
});

test('a delivery is pinned and noted by keys, found by it, and both are taken back', async ({ inbox }) => {
  await inbox.post('chatlio', payload('chatlio', 'offline_message.json'));
  await inbox.post('comm100', payload('comm100', 'agent_status.json'));
  await inbox.everythingIsRead();
  await inbox.go('deliveries');
  await inbox.rows.last().click();
  const { keyboard } = inbox.page;
  await keyboard.press('p');
  await expect(inbox.page.getByRole('button', { name: 'Take the pin out' })).toBeVisible();
  await keyboard.press('w');
  const box = inbox.page.getByRole('textbox', {
    name: 'Note beside this delivery',
  });
  await expect(box).toBeFocused();
  await keyboard.type('Ask <b>the</b> vendor');
  await keyboard.press('Control+Enter');
  await expect(box).toBeHidden();
  await expect(inbox.page.getByRole('button', { name: /Ask <b>the<\/b> vendor/ })).toBeVisible();
  await expect(inbox.rows.last()).toHaveAccessibleName(/Pinned, Note: Ask <b>the<\/b> vendor/);

  for (const words of ['is:pinned', 'is:noted', 'note:vendor']) {
    await search(inbox).fill(words);
    await expect(inbox.rows, words).toHaveCount(1);
    await expect(inbox.rows.first()).toContainText('chatlio');
  }
  await search(inbox).fill('');
  await expect(inbox.rows).toHaveCount(2);
  await inbox.list.focus();
  await keyboard.press('z');
  await expect(inbox.page.getByRole('button', { name: /Ask <b>the<\/b> vendor/ })).toBeHidden();
  await keyboard.press('z');
  await expect(inbox.rows.last()).not.toHaveAccessibleName(/Pinned/);
  await inbox.page.reload();
  await expect(inbox.rows).toHaveCount(2);
  await expect(inbox.rows.last()).not.toHaveAccessibleName(/Pinned|Note/);
});

test('following opens each new delivery, says so, and stops when the person moves', async ({ inbox }) => {
  await inbox.post('chatlio', 'first words');
  await inbox.post('chatlio', 'second words');
  await inbox.go('deliveries');
  await expect(inbox.rows).toHaveCount(2);
  await inbox.page.keyboard.press('l');
  const raw = inbox.page.getByRole('region', { name: 'Raw body' });
  const says = inbox.page.getByText('Following: each new delivery opens by itself');
  await expect(says).toBeVisible();
  await expect(raw).toContainText('second words');
  await inbox.post('comm100', 'third words');
  await expect(raw).toContainText('third words');
  await inbox.rows.first().hover();
  await inbox.post('comm100', 'fourth words');
  await expect(raw, 'also while the pointer is in the list').toContainText('fourth words');
  await expect(inbox.page).toHaveURL(/follow=/);

  await inbox.rows.last().click();
  await expect(raw).toContainText('first words');
  await expect(says).toBeHidden();
  await inbox.post('comm100', 'fifth words');
  await expect(inbox.page.getByRole('button', { name: '1 new' })).toBeVisible();
  await expect(raw, 'nothing is opened under the eyes').toContainText('first words');
});

test('thousands of deliveries are searched to the last one, in steps that show how far they are', async ({
  inbox,
}) => {
  test.slow();
  const bodies = Array.from({ length: 24_000 }, (_, at) => ({
    event: 'login',
    operator_id: String(at),
    words: at === 3 ? 'the only needle' : at % 400 === 0 ? 'now and then' : 'straw',
  }));
  await importMany(inbox, bodies);
  await inbox.go('deliveries');
  await expect(inbox.rows.first()).toBeVisible();

  await search(inbox).fill('needle');
  await expect(inbox.page.getByText('Searched all 24,000 · 1 found')).toBeVisible({ timeout: 30_000 });
  await expect(inbox.rows).toHaveCount(1);
  await inbox.rows.first().click();
  await expect(inbox.page.getByRole('region', { name: 'Raw body' })).toContainText('the only needle');

  // The next steps are held back, so that the search can be stopped in their midst.
  const held: (() => void)[] = [];
  let holding = true;
  await inbox.page.route('**/api/query/deliveries', async (route) => {
    const { after } = route.request().postDataJSON() as { after?: string };
    if (after && holding) await new Promise<void>((go) => held.push(go));
    await route.continue();
  });
  await search(inbox).fill('"is in no delivery"');
  await expect(inbox.page.getByText(/^Searched 20,000 of 24,000, back to/)).toBeVisible();
  await inbox.page.getByRole('button', { name: 'Stop', exact: true }).click();
  await expect.poll(() => held.length).toBe(1);
  holding = false;
  held.forEach((go) => go());
  const goOn = inbox.page.getByRole('button', { name: 'Go on' });
  await expect(goOn.or(inbox.page.getByText('Searched all 24,000 · 0 found'))).toBeVisible();

  await search(inbox).fill('"now and then"');
  await expect(inbox.rows.first()).toBeVisible();
  await inbox.list.focus();
  await inbox.page.keyboard.press('End');
  await expect(inbox.page.getByText('Searched all 24,000 · 60 found')).toBeVisible({ timeout: 30_000 });

  await search(inbox).fill('straw');
  await expect(inbox.rows.first()).toBeVisible();
  await inbox.list.focus();
  await inbox.page.keyboard.press('End');
  await expect.poll(() => inbox.list.evaluate((list) => list.scrollTop)).toBeGreaterThan(0);
  const drawn = await inbox.page.getByRole('option').count();
  expect(drawn, 'only what is in sight is drawn').toBeLessThan(60);

  await inbox.post('chatlio', 'straw on top');
  await expect(
    inbox.page.getByRole('button', { name: '1 new' }),
    'news wait while somebody is in the list',
  ).toBeVisible();
});

for (const colorScheme of ['light', 'dark'] as const) {
  for (const viewport of [
    { width: 1280, height: 800 },
    { width: 900, height: 600 },
  ]) {
    test(`the list is accessible in ${colorScheme} at ${viewport.width} pixels`, async ({
      inbox,
    }, testInfo) => {
      const { page } = inbox;
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      for (const [service, file] of [
        ['smartsupp', 'post_hook.json'],
        ['chatlio', 'offline_message.json'],
        ['comm100', 'agent_status.json'],
        ['hostile', 'invalid.json'],
      ] as const)
        await inbox.post(service === 'hostile' ? 'chatlio' : service, payload(service, file));
      await inbox.everythingIsRead();
      await inbox.go('deliveries');
      await inbox.rows.nth(1).click();
      await page.keyboard.press('p');
      await page.keyboard.press('w');
      await page.keyboard.type('Why is this one without an event?');
      await check('note');
      await page.keyboard.press('Control+Enter');
      await expect(page.getByRole('button', { name: /Why is this one/ })).toBeVisible();
      await check('noted');
      await search(inbox).fill('offline is:purple');
      await expect(page.getByText(/found$/)).toBeVisible();
      await check('searched');
      await search(inbox).fill('');
      await check('hints');
      await inbox.list.focus();
      await page.keyboard.press('l');
      await expect(page.getByText('Following: each')).toBeVisible();
      await check('following');
      await search(inbox).fill('zeppelin');
      await expect(page.getByRole('heading', { name: 'No delivery fits zeppelin' })).toBeVisible();
      await check('nothing');

      async function check(name: string) {
        if (process.env.AFTERCHAT_SHOTS)
          await page.screenshot({
            path: `${process.env.AFTERCHAT_SHOTS}/list-${name}-${colorScheme}-${viewport.width}.png`,
          });
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations, `${name}, ${testInfo.title}`).toEqual([]);
      }
    });
  }
}
