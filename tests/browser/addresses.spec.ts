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
    const item = await inbox.openAddress(source);
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
  const item = await inbox.openAddress('chatlio');
  const address = await inbox.address('chatlio');
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
  await expect(page.getByRole('heading', { name: 'shop', exact: true }), 'it opens').toBeVisible();
  await expect(inbox.row('shop'), 'it is listed').toHaveCount(1);

  const old = await inbox.address('shop');
  await page.getByRole('button', { name: 'New token… shop' }).click();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  expect(await inbox.address('shop'), 'cancelling changes nothing').toBe(old);
  await page.getByRole('button', { name: 'New token… shop' }).click();
  await dialog.getByLabel('The old address works for another').selectOption({ label: 'moment: it ends now' });
  await dialog.getByRole('button', { name: 'New token' }).click();
  await expect.poll(() => inbox.address('shop')).not.toBe(old);
  expect((await fetch(old, { method: 'POST', body: '{}' })).status, 'the old address is closed').toBe(404);

  await page.getByRole('button', { name: 'Remove… shop' }).click();
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByRole('heading', { name: 'shop', exact: true })).toBeHidden();
  await expect(inbox.row('shop')).toHaveCount(0);
  await expect(page.getByText('Choose an address')).toBeVisible();
});

test('an old address works on, tells that the service still uses it, and is ended and put back', async ({
  inbox,
}) => {
  const { page } = inbox;
  const post = async (address: string) => (await fetch(address, { method: 'POST', body: '{}' })).status;
  const old = await inbox.address('chatlio');
  const item = await inbox.openAddress('chatlio');
  await item.getByRole('button', { name: 'New token… chatlio' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'New token' }).click();
  await expect.poll(() => inbox.address('chatlio')).not.toBe(old);
  const region = item.getByRole('region', { name: 'Old addresses' });
  await expect(region).toContainText('The old address still works');
  await expect(region).toContainText('not used since the new one was made');

  expect(await post(old), 'nothing is lost meanwhile').toBe(200);
  await expect(region).toContainText('the service still uses it: 1 delivery');
  await expect(
    page.getByRole('option', {
      name: /^chatlio.*the service still uses an old address/,
    }),
  ).toBeVisible();
  const { rows } = await inbox.ask('deliveries', {});
  expect(rows[0]!.by_old_address).toBe(true);
  await inbox.go(`deliveries?open=${rows[0]!.id}`);
  await expect(page.getByText('It came by an old address')).toBeVisible();
  await page.getByRole('button', { name: 'Open the address' }).click();

  await region.getByRole('button', { name: 'End it now' }).click();
  await expect(region).toBeHidden();
  await expect.poll(() => post(old), 'it has ended').toBe(404);
  await page.getByRole('button', { name: /^Undo/ }).click();
  await expect(region).toBeVisible();
  await expect.poll(() => post(old), 'it works again').toBe(200);
  await region.getByRole('button', { name: 'End it now' }).click();
  await expect.poll(() => post(old)).toBe(404);
  const refused = await inbox.ask('refusals', {});
  expect(refused.rows[0], 'what is turned away there is listed').toMatchObject({
    reason: 'old_address',
    source: 'chatlio',
    status: 404,
  });
});

test('the list tells how each address fares, and leads to its deliveries and its quarantine', async ({
  inbox,
}) => {
  const { page } = inbox;
  await inbox.chat('Anna Berg', 'Hello', 1);
  await inbox.everythingIsRead();
  await inbox.go('addresses');
  await expect(
    page.getByRole('option', {
      name: /^smartsupp, Smartsupp, last heard .*, 1 delivery$/,
    }),
  ).toBeVisible();
  await expect(
    page.getByRole('option', {
      name: 'chatlio, Chatlio, not heard from yet, 0 deliveries',
    }),
  ).toBeVisible();
  await inbox.row('smartsupp').click();
  await page.getByRole('button', { name: '1 delivery' }).click();
  await expect(page.getByRole('combobox', { name: 'Hook address' })).toHaveValue('smartsupp');
  await page.goBack();
  await expect(
    page.getByRole('heading', { level: 2, name: 'smartsupp' }),
    'Back returns to its page',
  ).toBeVisible();
});

test('an address, its parts and the way back are on the keyboard, and in the address of the window', async ({
  inbox,
}) => {
  const { page } = inbox;
  const { keyboard } = page;
  const heading = (name: string) => page.getByRole('heading', { level: 2, name, exact: true });
  const first = (await inbox.overview()).sources.map(({ name }) => name);
  await keyboard.press('9');
  await inbox.list.focus();
  await keyboard.press('j');
  await keyboard.press('Enter');
  await expect(heading(first[0]!)).toBeVisible();
  await expect(page.getByRole('tabpanel')).toBeFocused();
  await keyboard.press('j');
  await expect(heading(first[1]!), 'the open address follows the keys').toBeVisible();
  await page.getByRole('tab', { name: 'Connect' }).focus();
  await keyboard.press('ArrowRight');
  await expect(page.getByRole('tab', { name: 'Signature', selected: true })).toBeFocused();
  await expect(page).toHaveURL(new RegExp(`#/addresses\\?open=${first[1]}&part=signature$`));
  await page.reload();
  await expect(page.getByRole('tab', { name: 'Signature', selected: true })).toBeVisible();
  await keyboard.press('Escape');
  await expect(inbox.list).toBeFocused();
  await keyboard.press('Escape');
  await expect(page.getByText('Choose an address')).toBeVisible();
  await page.goBack();
  await expect(heading(first[1]!)).toBeVisible();

  await page.setViewportSize({ width: 640, height: 600 });
  await expect(inbox.list, 'list and page take turns').toBeHidden();
  await page.getByRole('button', { name: 'Back to the addresses' }).click();
  await expect(inbox.list).toBeVisible();
  await expect(page.getByRole('tabpanel')).toBeHidden();
});

test('a name that no address has is said, and leads on', async ({ inbox }) => {
  await inbox.go('addresses?open=nobody&part=nothing');
  await expect(inbox.page.getByText('No address is called nobody')).toBeVisible();
  await inbox.go('addresses?open=chatlio&part=nothing');
  await expect(inbox.page.getByRole('tab', { name: 'Connect', selected: true })).toBeVisible();
});
