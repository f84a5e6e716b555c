// Every payload of every service is read in the list and in the reader.
import { expect, test } from './inbox';
import { becomes, conversations, payload, services, shown } from './payloads';

for (const service of services) {
  test(`every ${service} payload that makes a conversation can be read`, async ({ inbox }) => {
    test.slow();
    for (const file of conversations(service)) {
      await inbox.post(
        service,
        payload(service, file),
        file.endsWith('.xml') ? 'text/xml' : 'application/json',
      );
    }
    await inbox.everythingIsRead();
    const all = await inbox.ask('conversations', {
      view: 'everything',
      limit: 200,
    });
    await inbox.go('everything');
    await expect(inbox.rows).toHaveCount(all.rows.length);
    await inbox.page.getByRole('listbox').focus();

    for (const row of all.rows) {
      const { transcript, messages, title } = await inbox.ask('conversation', {
        id: row.id,
      });
      await inbox.page.locator(`[data-id="${row.id}"]`).click();
      await expect(
        inbox.page.getByRole('heading', {
          level: 2,
          name: shown(title),
          exact: true,
        }),
      ).toBeVisible();
      for (const message of messages) {
        const text = message.words ?? message.text.map((piece) => piece.text).join('');
        if (text) await expect(inbox.transcript).toContainText(shown(text));
      }
      for (const page of transcript.pages ?? []) await expect(inbox.details).toContainText(shown(page.url));
    }
  });
}

test('a Smartsupp chat reads like a play: who, when, and what happened, in words', async ({ inbox }) => {
  await inbox.post('smartsupp', payload('smartsupp', 'post_hook.json'));
  await inbox.open('Dusan Kmet');
  const lines = inbox.transcript.getByRole('listitem');
  await expect(lines).toHaveText([
    /Fri, 27 March 2015/,
    /16:33.*Hello/,
    /16:34.*John Doe joined/,
    /16:34.*auto · Test Trigger.*This is triggered message/,
    /16:34.*John Doe.*Hi, how can i help you \?/,
    /16:34.*tanks\./,
    /16:34.*/,
  ]);
  await expect(inbox.transcript.locator('time').first()).toHaveAttribute(
    'title',
    '2015-03-27 15:33:59.703 UTC',
  );
  await expect(inbox.row('Dusan Kmet')).toContainText('★5');
  await expect(inbox.details).toContainText('VIP customer');
  const [transcript] = becomes('smartsupp', 'post_hook.json');
  await expect(inbox.details.getByText('POST Hook · Smartsupp')).toBeVisible();
  await expect(inbox.details).toContainText(transcript!.visitor!.user_agent!);
});

test('translations stand under the words they translate', async ({ inbox }) => {
  await inbox.post('snapengage', payload('snapengage', 'chat.json'));
  await inbox.rows.first().click();
  const line = inbox.transcript.getByRole('listitem').filter({ hasText: 'Esto es una prueba.' });
  await expect(line).toContainText('This is a test.');
  await expect(line).toContainText('translated to en');
});

test('the detecting address finds out which service is speaking', async ({ inbox }) => {
  const { sources } = await inbox.overview();
  const detect = sources.find((source) => source.provider === undefined)!;
  await inbox.post(detect.name, payload('chatlio', 'offline_message.json'));
  await expect(inbox.rows).toHaveCount(1);
  await expect(inbox.rows.first()).toHaveAccessibleName(/Chatlio/);
});
