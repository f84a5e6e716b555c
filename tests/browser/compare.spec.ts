// Two deliveries side by side, and what is told when a delivery is not as usual.
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Inbox } from './inbox';
import { payload } from './payloads';

const ended = (chat: number, visitor: object) => ({
  event: 'chat:end',
  chatId: `c${chat}`,
  time: '2026-02-03T09:06:10.500Z',
  visitor,
  property: { id: '5a', name: 'Wood' },
});

/** Posts one delivery after the other, so that their numbers are in this order. */
async function twoOfAChat(inbox: Inbox) {
  await inbox.post('tawkto', payload('tawkto', 'chat_start.json'));
  await inbox.post('tawkto', payload('tawkto', 'chat_end.json'));
  await inbox.everythingIsRead();
}

async function twentyAndADrift(inbox: Inbox) {
  for (let chat = 0; chat < 20; chat++)
    await inbox.post('tawkto', ended(chat, { name: 'Vera', city: 'Riga' }));
  await inbox.post('tawkto', ended(20, { name: 5, loyalty: { tier: '<b>gold</b>' } }));
  await inbox.everythingIsRead();
}

test('a delivery is compared with the one before of its conversation', async ({ inbox }) => {
  await twoOfAChat(inbox);
  await inbox.go('deliveries');
  await inbox.rows.first().click();
  const { page } = inbox;
  await expect(page.getByRole('region', { name: 'Raw body' })).toContainText('chat:end');
  await page.keyboard.press('=');
  await expect(page).toHaveURL(/#\/deliveries\?open=2&with=1$/);

  const lines = page.getByRole('listbox', { name: 'Differences of the bodies' });
  await expect(
    lines.getByRole('option', { name: /^changed, event, "chat:start", "chat:end"/ }),
  ).toBeVisible();
  await expect(lines.getByRole('option', { name: /^removed, message/ })).toBeVisible();
  const view = page.getByRole('region', { name: 'Request' });
  await expect(view.getByText('In the conversation')).toBeVisible();
  await expect(view).toContainText('V1700000000000001');
  await expect(view).toContainText('visitor.name');

  // The differences are gone through by keys, and one leads to its place in the delivery.
  const selected = lines.getByRole('option', { selected: true });
  await page.keyboard.press('.');
  await expect(selected).toHaveAccessibleName(/^changed, event/);
  await page.keyboard.press('.');
  await expect(selected).toHaveAccessibleName(/^changed, time/);
  await page.keyboard.press(',');
  await lines.focus();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/open=2&at=%2Fevent$/);
  await page.goBack();
  await expect(lines).toBeVisible();

  // It stands in the address, and Escape leaves it.
  await page.reload();
  await expect(lines).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(lines).toBeHidden();
  await expect(page.getByRole('region', { name: 'Raw body' })).toBeVisible();
});

test('any delivery is chosen in the list, and different conversations are said to be so', async ({
  inbox,
}) => {
  await twoOfAChat(inbox);
  await inbox.post('tawkto', ended(7, { name: '<img src=x onerror=alert(1)>' }));
  await inbox.everythingIsRead();
  await inbox.go('deliveries?open=2&with=1');
  const { page } = inbox;
  const list = page.getByRole('listbox', { name: 'Deliveries' });
  await list.getByRole('option').first().click();
  await expect(page).toHaveURL(/open=2&with=3$/);
  await expect(page.getByText('They tell of different conversations.')).toBeVisible();
  await expect(page.getByRole('listbox', { name: 'Differences of the bodies' })).toContainText('<img src=x');
});

test('a delivery that is not as usual says which key, and leads to one that was', async ({ inbox }) => {
  await twentyAndADrift(inbox);
  await inbox.go('deliveries');
  const { page } = inbox;
  await expect(inbox.rows.first().getByTitle('3 differences from the usual shape')).toBeVisible();
  await inbox.rows.first().click();
  const drift = page.getByRole('region', { name: 'Schema drift' });
  await expect(drift).toContainText('a number, until now a text');
  await expect(drift.getByRole('listitem')).toHaveCount(3);
  await drift.getByRole('button', { name: '/visitor/loyalty' }).click();
  await expect(page.getByRole('region', { name: 'Selected value' })).toContainText('/visitor/loyalty');
  await drift
    .getByRole('listitem')
    .filter({ hasText: '/visitor/city' })
    .getByRole('button', { name: 'as it was in delivery 20' })
    .click();
  await expect(page).toHaveURL(/open=20&at=%2Fvisitor%2Fcity$/);
  await expect(page.getByRole('region', { name: 'Raw body' }).locator('mark')).toHaveText('"Riga"');
  await expect(drift).toBeHidden();
});

for (const colorScheme of ['light', 'dark'] as const) {
  for (const [width, height] of [
    [1280, 800],
    [900, 600],
  ] as const) {
    test(`comparison and drift are accessible, ${colorScheme}, ${width} by ${height}`, async ({ inbox }) => {
      const { page } = inbox;
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height });
      await twentyAndADrift(inbox);
      await inbox.go('deliveries?open=21&with=20');
      const lines = page.getByRole('listbox', { name: 'Differences of the bodies' });
      await expect(lines.getByRole('option').first()).toBeVisible();
      const shots = process.env.AFTERCHAT_SHOTS;
      if (shots) await page.screenshot({ path: `${shots}/compare-${colorScheme}-${width}.png` });
      expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
      await inbox.go('deliveries?open=21');
      await expect(page.getByRole('region', { name: 'Schema drift' })).toBeVisible();
      if (shots) await page.screenshot({ path: `${shots}/drift-${colorScheme}-${width}.png` });
      expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    });
  }
}
