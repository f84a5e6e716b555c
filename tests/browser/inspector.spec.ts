// Which byte became which field.
import { expect, test } from './inbox';
import { payload } from './payloads';

test('a delivery shows its request, its bytes, its tree and what each value became', async ({ inbox }) => {
  await inbox.post('smartsupp', payload('smartsupp', 'post_hook.json'));
  await inbox.go('deliveries');
  await inbox.rows.first().click();
  const { page } = inbox;

  await expect(page.getByRole('heading', { level: 2, name: /^POST \/h\/smartsupp\// })).toBeVisible();
  await page.getByText(/^\d+ headers$/).click();
  await expect(page.getByText('application/json').last()).toBeVisible();

  const raw = page.getByRole('region', { name: 'Raw body' });
  await page.getByRole('treeitem', { name: /^email: "dusan@domain\.com"/ }).click();
  await expect(raw.locator('mark')).toHaveText('"dusan@domain.com"');
  const selected = page.getByRole('region', { name: 'Selected value' });
  await expect(selected).toContainText('/visitor/email');
  await expect(selected).toContainText('visitor.email');

  await page.getByRole('tab', { name: /^Became/ }).click();
  await page
    .getByRole('row', { name: /rating\.value/ })
    .getByRole('button', { name: '/channel/rating' })
    .click();
  await expect(raw.locator('mark')).toHaveText('5');

  await page.getByRole('tab', { name: 'Raw' }).click();
  await expect(raw).toContainText('"visitor:mxTiqn9adr2h39kmzAJ0FeaTGFJhmjio0R41491503012015"');

  await page.getByRole('button', { name: 'Open the conversation' }).click();
  await expect(page.getByRole('heading', { level: 2, name: 'Dusan Kmet' })).toBeVisible();
});

test('a value that nobody knows is kept, and found under other fields', async ({ inbox }) => {
  await inbox.chat('Anna Berg', 'Hello', 1, {
    madeUp: { deep: ['kept anyway'] },
  });
  await inbox.go('deliveries');
  await inbox.rows.first().click();
  await inbox.page.getByRole('tab', { name: /^Other/ }).click();
  await inbox.page.getByRole('button', { name: '/madeUp/deep/0' }).click();
  await expect(inbox.page.getByRole('region', { name: 'Raw body' }).locator('mark')).toHaveText(
    '"kept anyway"',
  );
  await expect(inbox.page.getByRole('region', { name: 'Selected value' })).toContainText(
    'kept under other fields',
  );
});

test('bytes are found behind letters that take more than one', async ({ inbox }) => {
  await inbox.post('smartsupp', '{"čísla": "žluťoučký 😀 مرحبا", "here": "the value"}');
  await inbox.go('deliveries');
  await inbox.rows.first().click();
  await inbox.page.getByRole('treeitem', { name: /^here:/ }).click();
  await expect(inbox.page.getByRole('region', { name: 'Raw body' }).locator('mark')).toHaveText(
    '"the value"',
  );
});

test('a body that is no text is shown in hexadecimal, and says why there is no conversation', async ({
  inbox,
}) => {
  await inbox.post('smartsupp', payload('hostile', 'binary.bin'), 'application/octet-stream');
  await inbox.go('deliveries');
  await inbox.rows.first().click();
  await inbox.everythingIsRead();
  const { rows } = await inbox.ask('deliveries', {});
  const { digits } = await inbox.ask('bytes', {
    delivery: rows[0]!.id,
    start: 0,
    length: 16,
  });
  const pairs = digits.match(/../g)!;
  const row = inbox.page.getByRole('region', { name: 'Bytes in hexadecimal' }).locator('.row').first();
  await expect(row).toContainText(`00000000`);
  await expect(row.locator('.digits')).toHaveText(pairs.join(''));
  await expect(inbox.rows.first()).toContainText(rows[0]!.reason!);
});

for (const file of [
  'empty.json',
  'invalid.json',
  'invalid_utf8.json',
  'top_level_list.json',
  'plain_text.txt',
  'unknown.xml',
]) {
  test(`a hostile body is kept and shown: ${file}`, async ({ inbox }) => {
    await inbox.post('chatlio', payload('hostile', file));
    await inbox.go('deliveries');
    await expect(inbox.rows).toHaveCount(1);
    await inbox.rows.first().click();
    await expect(inbox.page.getByRole('heading', { level: 2, name: /^POST/ })).toBeVisible();
  });
}

test('the list of deliveries is live, and can be narrowed to one address', async ({ inbox }) => {
  await inbox.go('deliveries');
  await expect(inbox.page.getByRole('heading', { name: 'Nothing has arrived yet' })).toBeVisible();
  await inbox.post('chatlio', payload('chatlio', 'offline_message.json'));
  await inbox.post('comm100', payload('comm100', 'agent_status.json'));
  await expect(inbox.rows).toHaveCount(2);
  await inbox.page.getByRole('combobox', { name: 'Hook address' }).selectOption('comm100');
  await expect(inbox.rows).toHaveCount(1);
});

test('a conversation leads to the deliveries it was made of', async ({ inbox }) => {
  await inbox.post('chatlio', payload('chatlio', 'offline_message.json'));
  await inbox.rows.first().click();
  await inbox.details.getByRole('button', { name: /chatlio/ }).click();
  await expect(inbox.page.getByRole('heading', { level: 2, name: /^POST \/h\/chatlio\// })).toBeVisible();
});
