// Each screen against axe, in light and in dark: no violation at all.
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Inbox } from './inbox';
import { payload } from './payloads';

const screens: [name: string, show: (inbox: Inbox) => Promise<void>][] = [
  ['the list', async (inbox) => inbox.go('everything')],
  [
    'a conversation',
    async (inbox) => {
      await inbox.go('everything');
      await inbox.row('Jim Tester').click();
      await expect(inbox.transcript).toContainText('Esto es una prueba.');
      await expect(inbox.details).toContainText('Boulder');
    },
  ],
  [
    'a search with hits',
    async (inbox) => {
      await inbox.go('everything?search=prueba');
      await inbox.rows.first().click();
      await expect(inbox.transcript.locator('mark').first()).toBeVisible();
    },
  ],
  [
    'a search without result',
    async (inbox) => {
      await inbox.go('everything?search=zeppelin');
      await expect(inbox.page.getByText('Nothing found for')).toBeVisible();
    },
  ],
  [
    'the search hint',
    async (inbox) => {
      await inbox.page.keyboard.press('/');
      await expect(inbox.page.getByText('rating:<3', { exact: true })).toBeVisible();
    },
  ],
  [
    'a delivery',
    async (inbox) => {
      await inbox.go('deliveries');
      await inbox.rows.first().click();
      await inbox.page.getByRole('treeitem').nth(1).click();
    },
  ],
  [
    'what a delivery became',
    async (inbox) => {
      await inbox.go('deliveries');
      await inbox.rows.first().click();
      await inbox.page.getByRole('tab', { name: /^Became/ }).click();
    },
  ],
  [
    'hook addresses',
    async (inbox) => {
      await inbox.go('addresses');
      await expect(inbox.page.getByText('Choose an address')).toBeVisible();
    },
  ],
  ['connecting an address', async (inbox) => void (await inbox.openAddress('smartsupp'))],
  ['the signature of an address', async (inbox) => void (await inbox.openAddress('smartsupp', 'signature'))],
  [
    'adding an address',
    async (inbox) => {
      await inbox.go('addresses');
      await inbox.page.getByRole('button', { name: 'Add an address' }).click();
    },
  ],
  ['the keys', async (inbox) => inbox.page.keyboard.press('?')],
];

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the empty inbox is accessible in ${colorScheme}`, async ({ inbox }) => {
    await inbox.page.emulateMedia({ colorScheme });
    await expect(inbox.page.getByRole('heading', { name: 'Nothing has arrived yet' })).toBeVisible();
    expect((await new AxeBuilder({ page: inbox.page }).analyze()).violations).toEqual([]);
  });

  test(`every screen is accessible in ${colorScheme}`, async ({ inbox }) => {
    test.slow();
    await inbox.page.emulateMedia({ colorScheme });
    await inbox.post('snapengage', payload('snapengage', 'chat.json'));
    await inbox.post('smartsupp', payload('smartsupp', 'post_hook.json'));
    await inbox.post('comm100', payload('comm100', 'offline_message.json'));
    await inbox.post('chatlio', payload('hostile', 'invalid.json'));
    await inbox.post('smartsupp', payload('smartsupp', 'post_hook_missed.json'));
    for (const [name, show] of screens) {
      await test.step(name, async () => {
        await inbox.page.reload();
        await inbox.go('everything');
        await expect(inbox.rows.first()).toBeVisible();
        await show(inbox);
        const { violations } = await new AxeBuilder({
          page: inbox.page,
        }).analyze();
        expect(violations, name).toEqual([]);
      });
    }
  });
}
