// What a stranger wrote is text. The inbox fixture fails a test on any dialog, error or request to elsewhere.
import { expect, test } from './inbox';
import { payload, services, shown } from './payloads';

const markup = '<img src=x onerror=alert(1)><script>alert("x")</script>&amp;';

for (const service of services) {
  test(`HTML in every text of ${service} stays text`, async ({ inbox }) => {
    await inbox.post(service, payload(service, 'html_in_every_text.json'));
    await expect(inbox.rows).toHaveCount(1);
    await inbox.rows.first().click();
    await expect(inbox.page.getByRole('heading', { level: 2 }).last()).toBeVisible();
    await expect(inbox.page.getByText('<script>').first()).toBeVisible();
    await expect(inbox.details, 'no pane is pushed out of the window').toBeInViewport({ ratio: 1 });
    await expect(inbox.page.locator('main img, main script, main iframe')).toHaveCount(0);
    await inbox.go('deliveries');
    await inbox.rows.first().click();
    await expect(inbox.page.getByRole('region', { name: 'Raw body' })).toContainText('<script>');
    await expect(inbox.page.locator('main img, main script')).toHaveCount(0);
  });

  test(`right-to-left words, emoji and NUL of ${service} are shown, and hide nothing`, async ({ inbox }) => {
    await inbox.post(service, payload(service, 'rtl_emoji_nul.json'));
    await expect(inbox.rows).toHaveCount(1);
    await inbox.everythingIsRead();
    const [row] = (await inbox.ask('conversations', { view: 'everything' })).rows;
    const { title, messages } = await inbox.ask('conversation', {
      id: row!.id,
    });
    await inbox.rows.first().click();
    await expect(inbox.page.getByRole('heading', { level: 2, name: shown(title) })).toBeVisible();
    for (const message of messages) {
      const text = message.text.map((piece) => piece.text).join('');
      if (text) await expect(inbox.transcript).toContainText(shown(text));
    }
  });
}

test('only web and mail addresses become links, and only a click opens them', async ({ inbox }) => {
  const text = `Look: https://shop.example/a?b=1 or javascript:alert(1) or ${markup}`;
  await inbox.chat('Anna Berg', text, 1);
  await inbox.open('Anna Berg');
  await expect(inbox.transcript).toContainText(text);
  const links = inbox.transcript.getByRole('link');
  await expect(links).toHaveCount(1);
  await expect(links).toHaveAttribute('title', 'https://shop.example/a?b=1');
  await expect(links).toHaveAttribute('rel', /noreferrer/);
});

test('a very long word neither widens the page nor is cut off', async ({ inbox }) => {
  const word = 'x'.repeat(5000);
  await inbox.chat('Anna Berg', word, 1);
  await inbox.open('Anna Berg');
  await expect(inbox.transcript).toContainText(word);
  const widths = await inbox.transcript.evaluate((box) => [box.scrollWidth, box.clientWidth]);
  expect(widths[0]).toBe(widths[1]);
  const page = await inbox.page.evaluate(() => [document.body.scrollWidth, window.innerWidth]);
  expect(page[0], 'no pane is pushed out of the window').toBe(page[1]);
});
