// A body looked at in every way: its tree searched, its parts saved, all of its bytes, and what was compressed.
import { readFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Inbox } from './inbox';

async function send(inbox: Inbox, headers: Record<string, string>, body: Buffer | string): Promise<void> {
  const answer = await fetch(await inbox.address('chatlio'), {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
  expect(answer.status).toBe(200);
  await inbox.go('deliveries');
  await inbox.everythingIsRead();
  await inbox.page.reload();
  await inbox.rows.first().click();
}

const picture = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 0xff]);

const multipart = Buffer.concat([
  Buffer.from(
    '--XX\r\nContent-Disposition: form-data; name="note"\r\n\r\nHello <b>there</b>\r\n' +
      '--XX\r\nContent-Disposition: form-data; name="file"; filename="../../evil\u202egnp.png"\r\nContent-Type: image/png\r\n\r\n',
  ),
  picture,
  Buffer.from('\r\n--XX--\r\n'),
]);
const multipartType = { 'Content-Type': 'Multipart/Form-Data; Boundary="XX"' };

test('the parts of a multipart body are listed, and each is saved under a harmless name', async ({
  inbox,
}) => {
  await send(inbox, multipartType, multipart);
  const { page } = inbox;
  await expect(page.getByRole('tab', { name: 'Parts 2' })).toHaveAttribute('aria-selected', 'true');
  const parts = page.getByRole('region', { name: 'Parts' });
  await expect(parts.getByRole('listitem').first()).toContainText('Hello <b>there</b>');
  await expect(parts.getByRole('listitem').last()).toContainText('image/png');
  await expect(parts.getByRole('listitem').last()).toContainText('not text');

  const saving = page.waitForEvent('download');
  await parts.getByRole('button', { name: 'Save as evil_gnp.png' }).click();
  const saved = await saving;
  expect(saved.suggestedFilename()).toBe('evil_gnp.png');
  expect(readFileSync((await saved.path())!).equals(picture), 'the exact bytes of the part').toBe(true);

  await parts.getByRole('listitem').last().getByRole('button', { name: 'Show bytes' }).click();
  await expect(page.getByRole('region', { name: 'Bytes in hexadecimal' })).toContainText('PNG');

  const whole = page.waitForEvent('download');
  await page.getByRole('heading', { level: 2, name: /^POST/ }).click();
  await page.keyboard.press('b');
  expect(readFileSync((await (await whole).path())!).equals(multipart), 'the exact bytes of the body').toBe(
    true,
  );
});

test('every byte of a large body is shown in hexadecimal, as far down as one goes', async ({ inbox }) => {
  const body = Buffer.alloc(1_000_003, 0xfe);
  body.write('the very end', body.length - 12);
  await send(inbox, { 'Content-Type': 'application/octet-stream' }, body);
  const hex = inbox.page.getByRole('region', { name: 'Bytes in hexadecimal' });
  await expect(hex.locator('.row').first()).toContainText('00000000');
  await hex.focus();
  await inbox.page.keyboard.press('End');
  await expect(hex).toContainText('the very');
  await expect(hex.locator('.row').last()).toContainText((62_500 * 16).toString(16).padStart(8, '0'));
  expect(await hex.locator('.row').count(), 'only what is in sight is drawn').toBeLessThan(120);
});

for (const [encoding, packed] of [
  ['gzip', gzipSync],
  ['br', brotliCompressSync],
] as const) {
  test(`a body sent as ${encoding} is inflated for the viewer, and kept as it was sent`, async ({
    inbox,
  }) => {
    const text = JSON.stringify({ greeting: 'hello from inside', list: Array(200).fill('again') });
    const body = packed(Buffer.from(text));
    await send(inbox, { 'Content-Type': 'application/json', 'Content-Encoding': encoding }, body);
    const { page } = inbox;
    await expect(page.getByText(`Sent as ${encoding}`)).toBeVisible();
    await page.getByRole('treeitem', { name: /^greeting/ }).click();
    await expect(page.getByRole('region', { name: 'Raw body' }).locator('mark')).toHaveText(
      '"hello from inside"',
    );

    const inflated = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save inflated…' }).click();
    expect(readFileSync((await (await inflated).path())!, 'utf8')).toBe(text);
    const sent = page.waitForEvent('download');
    await page.keyboard.press('b');
    expect(readFileSync((await (await sent).path())!).equals(body), 'the body as it was sent').toBe(true);
  });
}

test('a body that is not what it claims says so and is shown as sent', async ({ inbox }) => {
  await send(inbox, { 'Content-Type': 'text/plain', 'Content-Encoding': 'gzip' }, 'plain words');
  await expect(inbox.page.getByText('says its body is gzip, but it is not')).toBeVisible();
  await expect(inbox.page.getByRole('region', { name: 'Raw body' })).toContainText('plain words');
});

test('the tree is searched, walked and copied from by keys', async ({ inbox }) => {
  await inbox.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const body = { first: 'needle', deep: { list: [0, 1, { inside: 'Needle too' }] }, needles: 3, other: 'x' };
  await send(inbox, { 'Content-Type': 'application/vnd.api+json' }, JSON.stringify(body));
  const { page } = inbox;
  const { keyboard } = page;
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  await expect(page.getByRole('tree')).toBeVisible();
  await keyboard.press('f');
  const find = page.getByRole('textbox', { name: 'Find in the tree' });
  await expect(find).toBeFocused();
  await keyboard.type('NEEDLE');
  await expect(page.getByRole('status').filter({ hasText: '3 found' })).toBeVisible();
  await keyboard.press('Enter');
  await expect(page.getByRole('treeitem', { selected: true })).toHaveText(/first/);
  await keyboard.press('Enter');
  await expect(page.getByRole('treeitem', { selected: true })).toHaveText(/Needle too/);
  await expect(page.getByRole('status').filter({ hasText: '2 of 3' })).toBeVisible();
  await keyboard.press('Shift+Enter');
  await expect(page.getByRole('treeitem', { selected: true })).toHaveText(/first/);
  await keyboard.press('ArrowDown');
  await expect(page.getByRole('tree')).toBeFocused();
  await keyboard.press('.');
  await keyboard.press('y');
  await expect.poll(clipboard).toBe('/deep/list/2/inside');
  await keyboard.press('g');
  await expect.poll(clipboard).toBe('Needle too');
  await keyboard.press('t');
  await expect(page.getByRole('tab', { name: 'Became' })).toHaveAttribute('aria-selected', 'true');
  await keyboard.press('?');
  for (const words of ['Find in the tree', 'Pin', 'Write a note', 'Follow the newest', 'Save the body'])
    await expect(page.getByRole('dialog')).toContainText(words);
});

test('a form is a table of its fields', async ({ inbox }) => {
  await send(
    inbox,
    { 'Content-Type': 'application/x-www-form-urlencoded; charset=UTF-8' },
    'a=one+two&b=%C5%BElu%C5%A5&a=three',
  );
  await inbox.page.getByRole('tab', { name: 'Form' }).click();
  const form = inbox.page.getByRole('region', { name: 'Form' });
  await expect(form.getByRole('row')).toHaveCount(4);
  await expect(form.getByRole('row').nth(1)).toContainText('one two');
  await expect(form.getByRole('row').nth(2)).toContainText('žluť');
});

for (const colorScheme of ['light', 'dark'] as const) {
  for (const viewport of [
    { width: 1280, height: 800 },
    { width: 900, height: 600 },
  ]) {
    test(`bodies are accessible in ${colorScheme} at ${viewport.width} pixels`, async ({ inbox }) => {
      test.slow();
      const { page } = inbox;
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      await send(inbox, multipartType, multipart);
      await expect(page.getByRole('region', { name: 'Parts' })).toBeVisible();
      await check('parts');
      await page.getByRole('tab', { name: 'Hex' }).click();
      await expect(page.getByRole('region', { name: 'Bytes in hexadecimal' })).toContainText('XX');
      await check('hex');
      await send(inbox, { 'Content-Encoding': 'gzip' }, gzipSync('{"greeting": "hello", "again": "hello"}'));
      await expect(page.getByRole('tree')).toBeVisible();
      await page.keyboard.press('f');
      await page.keyboard.type('hello');
      await page.keyboard.press('Enter');
      await expect(page.getByText('1 of 2')).toBeVisible();
      await check('tree');
      await send(inbox, { 'Content-Type': 'application/x-www-form-urlencoded' }, 'name=Anna&words=two+words');
      await page.getByRole('tab', { name: 'Form' }).click();
      await expect(page.getByRole('region', { name: 'Form' })).toBeVisible();
      await check('form');

      async function check(name: string) {
        if (process.env.AFTERCHAT_SHOTS)
          await page.screenshot({
            path: `${process.env.AFTERCHAT_SHOTS}/body-${name}-${colorScheme}-${viewport.width}.png`,
          });
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations, name).toEqual([]);
      }
    });
  }
}
