// The tunnel's page, with a real program that forwards from one port of this machine to the tunnel's door.
import { createServer, type AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Locator } from '@playwright/test';
import { expect, test, type Inbox } from './inbox';

const forward = resolve(__dirname, 'forward.mjs');

/** A port that nobody has at the moment. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

async function choose(inbox: Inbox, kind: string): Promise<Locator> {
  await inbox.page.getByRole('radio', { name: kind, exact: true }).check();
  const form = inbox.page.getByRole('form', { name: `Settings of ${kind}` });
  await expect(form).toBeVisible();
  return form;
}

/** Enters the forwarding program and its public address, and starts it. */
async function startProgram(inbox: Inbox, port: number): Promise<string> {
  const form = await choose(inbox, 'Another program');
  const address = `http://127.0.0.1:${port}/`;
  await form.getByLabel('Command').fill(`'${process.execPath}' '${forward}' {port} ${port}`);
  await form.getByLabel('Pattern of readiness').fill('^forwarding ');
  await form.getByLabel('Public address').fill(address);
  await form.getByRole('button', { name: /^Start/ }).click();
  return address;
}

const standing = (inbox: Inbox) => inbox.page.getByRole('region', { name: 'How the tunnel is' });

test('a tunnel is started, proved, used and stopped', async ({ inbox }) => {
  const { page } = inbox;
  await page.keyboard.press('-');
  await expect(page).toHaveURL(/#\/tunnel$/);
  const status = page.getByRole('contentinfo');
  await expect(status).toContainText('no tunnel');
  await expect(standing(inbox)).toContainText('Off');
  const address = await startProgram(inbox, await freePort());
  await expect(standing(inbox)).toContainText('Reachable');
  await expect(standing(inbox)).toContainText('last question came back');
  await expect(status).toContainText('tunnel reachable');
  await expect(page.getByRole('log')).toContainText('forwarding');

  const { sources } = await inbox.overview();
  const any = sources.find(({ name }) => name === 'any');
  expect(any?.public_url).toContain(`${address}h/any/`);
  const listed = page.getByRole('region', { name: 'Public addresses' });
  await expect(listed.getByRole('listitem')).toHaveCount(sources.length);
  expect(await page.content(), 'a token is shown by nobody who looks over a shoulder').not.toContain(
    any!.public_url!.split('/').at(-1),
  );
  const guide = await inbox.openAddress('any');
  await expect(guide.getByRole('code').first()).toContainText(`${address}h/any/`);
  await guide.getByLabel('Which service posts here?').selectOption({ label: 'tawk.to' });
  await expect(guide.getByRole('heading', { name: /^Make the address reachable ?, done$/ })).toBeVisible();
  await expect(guide).toContainText('tawk.to is not expected to take an address without https.');
  await inbox.go('tunnel');
  const answer = await fetch(any!.public_url!, {
    method: 'POST',
    body: '{"through":"the tunnel"}',
  });
  expect(await answer.text()).toBe('{"result":"ok"}');
  await expect.poll(async () => (await inbox.overview()).deliveries).toBe(1);

  await standing(inbox).getByRole('button', { name: 'Stop' }).click();
  await expect(standing(inbox)).toContainText('Off');
  await expect(status).toContainText('no tunnel');
  await expect(fetch(any!.public_url!, { method: 'POST' }), 'nothing is left running').rejects.toThrow();
});

test('a new address is announced until something arrives on it', async ({ inbox }) => {
  const { page } = inbox;
  await inbox.go('tunnel?kind=program');
  const before = await startProgram(inbox, await freePort());
  await expect(standing(inbox)).toContainText('Reachable');
  const now = await startProgram(inbox, await freePort());
  const banner = page.getByRole('region', { name: 'The address has changed' });
  await expect(banner).toContainText(`It was ${before} and is ${now} now.`);
  await expect(page.getByRole('contentinfo')).toContainText('tunnel reachable, new address');
  await page.reload();
  await expect(banner.getByRole('button', { name: 'smartsupp' })).toBeVisible();
  const any = (await inbox.overview()).sources.find(({ name }) => name === 'any');
  await fetch(any!.public_url!, { method: 'POST', body: '{}' });
  await expect(banner).toBeHidden();
  await expect(page.getByRole('contentinfo')).toContainText('tunnel reachable');
});

test('what keeps a tunnel from working is told with the next step', async ({ inbox }) => {
  const { page } = inbox;
  await inbox.go('tunnel?kind=external');
  const form = page.getByRole('form', {
    name: 'Settings of An address of your own',
  });
  await form.getByRole('button', { name: /^Start/ }).click();
  await expect(page.getByRole('alert')).toContainText('The tunnel’s settings do not work');
  const program = await choose(inbox, 'Another program');
  await program.getByLabel('Command').fill('no-such-program-4711 {port}');
  await program.getByLabel('Public address').fill('https://hooks.example');
  await program.getByRole('button', { name: /^Start/ }).click();
  await expect(standing(inbox)).toContainText('The program is not there');
  await expect(standing(inbox)).toContainText('no-such-program-4711');
  await expect(page.getByRole('contentinfo')).toContainText('tunnel ended');
  await page.goBack();
  await page.goForward();
  await expect(page.getByRole('radio', { name: 'Another program' })).toBeChecked();
});

test('a token is kept and never shown again', async ({ inbox }) => {
  await inbox.go('tunnel?kind=cloudflared_named');
  const form = inbox.page.getByRole('form', {
    name: 'Settings of Cloudflare, named',
  });
  await form.getByLabel('Token or secret').fill('canary-token-0815');
  await form.getByLabel('Public address').fill('https://hooks.example');
  await form.getByRole('button', { name: /^Start/ }).click();
  await expect(form.getByLabel('Token or secret')).toHaveAttribute('placeholder', /ends in 0815/);
  await expect(form.getByLabel('Token or secret')).toHaveValue('');
  expect(JSON.stringify(await inbox.ask('tunnel', {}))).not.toContain('canary');
  expect(await inbox.page.content()).not.toContain('canary');
  await form.getByRole('button', { name: 'Remove the token' }).click();
  await expect(form.getByLabel('Token or secret')).toHaveAttribute('placeholder', '');
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the tunnel's page is accessible and keeps its place in ${colorScheme}`, async ({ inbox }) => {
    const { page } = inbox;
    await page.emulateMedia({ colorScheme });
    await inbox.go('tunnel');
    await expect(page.getByRole('radio', { name: 'Cloudflare, quick' })).toBeChecked();
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    await startProgram(inbox, await freePort());
    await expect(standing(inbox)).toContainText('Reachable');
    await startProgram(inbox, await freePort());
    await expect(page.getByRole('region', { name: 'The address has changed' })).toBeVisible();
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    await page.setViewportSize({ width: 900, height: 600 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
    expect(wide, 'nothing lies beside the window').toBe(false);
    if (process.env.SHOTS) {
      for (const [width, height] of [
        [1280, 800],
        [900, 600],
      ] as const) {
        await page.setViewportSize({ width, height });
        await page.screenshot({
          path: `${process.env.SHOTS}/${colorScheme}-${width}.png`,
        });
      }
      await page.setViewportSize({ width: 1280, height: 1500 });
      await page.screenshot({
        path: `${process.env.SHOTS}/${colorScheme}-whole.png`,
      });
    }
  });
}
