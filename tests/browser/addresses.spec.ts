// Hook addresses: to copy, to try, to change; and the empty inbox that teaches them.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from './inbox';

const run = promisify(execFile);

test('the empty inbox teaches, and a sample posted through the real door ends the lesson', async ({
  inbox,
}) => {
  const { page } = inbox;
  await expect(page.getByRole('heading', { level: 1, name: 'Nothing has arrived yet' })).toBeVisible();
  await page
    .getByRole('list', { name: 'Send a sample' })
    .getByRole('button', { name: /Smartsupp/ })
    .click();
  await expect(inbox.rows).toHaveCount(1);
  await inbox.rows.first().click();
  await expect(inbox.transcript.getByRole('listitem').nth(1)).toBeVisible();
});

for (const source of ['chatlio', 'smartsupp', 'comm100', 'chatvisor', 'snapengage', 'tawkto']) {
  test(`the curl line of ${source} makes a conversation when it is run`, async ({ inbox }) => {
    await inbox.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await inbox.go('addresses');
    const item = inbox.page.getByRole('listitem').filter({
      has: inbox.page.getByRole('heading', { name: source, exact: true }),
    });
    await item.getByText('Try it from a terminal').click();
    await item.getByRole('button', { name: 'Copy curl line' }).click();
    await expect(inbox.page.getByText('Copied')).toBeVisible();
    const line = await inbox.page.evaluate(() => navigator.clipboard.readText());
    const { stdout } = await run('sh', ['-c', `${line} --silent`]);
    expect(stdout).toBe('{"result":"ok"}');
    await inbox.go('inbox');
    await expect(inbox.rows).toHaveCount(1);
  });
}

test('a token is hidden until it is shown, and copied whole', async ({ inbox }) => {
  await inbox.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await inbox.go('addresses');
  const address = await inbox.address('chatlio');
  const item = inbox.page.getByRole('listitem').filter({
    has: inbox.page.getByRole('heading', { name: 'chatlio', exact: true }),
  });
  await expect(item).not.toContainText(address);
  await item.getByRole('button', { name: 'Copy address' }).click();
  await expect(inbox.page.getByText('Copied')).toBeVisible();
  expect(await inbox.page.evaluate(() => navigator.clipboard.readText())).toBe(address);
  await item.getByRole('button', { name: 'Show the token' }).click();
  await expect(item).toContainText(address);
});

test('an address is added, gets a new token, and is removed, each after asking', async ({ inbox }) => {
  const { page } = inbox;
  const dialog = page.getByRole('dialog');
  await inbox.go('addresses');
  await page.getByRole('button', { name: 'Add an address' }).click();
  await dialog.getByLabel('Name').fill('Not A Name');
  await dialog.getByRole('button', { name: 'Add an address' }).click();
  await expect(dialog.getByRole('alert')).toContainText('That name cannot stand in an address');
  await dialog.getByLabel('Name').fill('shop');
  await dialog.getByLabel('Service').selectOption('chatlio');
  await dialog.getByRole('button', { name: 'Add an address' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('heading', { name: 'shop', exact: true })).toBeVisible();

  const old = await inbox.address('shop');
  await page.getByRole('button', { name: 'New token… shop' }).click();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  expect(await inbox.address('shop'), 'cancelling changes nothing').toBe(old);
  await page.getByRole('button', { name: 'New token… shop' }).click();
  await dialog.getByRole('button', { name: 'New token' }).click();
  await expect.poll(() => inbox.address('shop')).not.toBe(old);
  expect((await fetch(old, { method: 'POST', body: '{}' })).status, 'the old address is closed').toBe(404);

  await page.getByRole('button', { name: 'Remove… shop' }).click();
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByRole('heading', { name: 'shop', exact: true })).toBeHidden();
});
