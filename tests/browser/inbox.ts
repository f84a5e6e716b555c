// The inbox in a browser, on a program and an archive of its own for each test.
import { rm } from 'node:fs/promises';
import { expect, test as base, type Locator, type Page } from '@playwright/test';
import type { Overview, Queries } from '../../ui/src/host/bindings';
import { start, type Running } from './program';

export { expect };

export class Inbox {
  readonly rows: Locator;
  readonly list: Locator;
  readonly transcript: Locator;
  readonly details: Locator;

  constructor(
    readonly page: Page,
    readonly running: Running,
  ) {
    // While a new question is under way the list still shows the answer to the last one: not the rows that are meant.
    this.rows = page.locator('[role=listbox]:not([aria-busy=true])').getByRole('option');
    this.list = page.getByRole('listbox');
    this.transcript = page.getByRole('region', { name: 'Transcript' });
    this.details = page.getByRole('region', { name: 'Details' });
  }

  async ask<K extends keyof Queries>(name: K, ask: Queries[K]['ask']): Promise<Queries[K]['answer']> {
    const answer = await this.page.request.post(`/api/query/${name}`, {
      data: ask,
      headers: { 'X-Afterchat': '1' },
    });
    expect(answer.ok(), `${name} is answered`).toBe(true);
    return (await answer.json()) as Queries[K]['answer'];
  }

  async overview(): Promise<Overview> {
    return this.ask('overview', {});
  }

  async address(source: string): Promise<string> {
    const { sources } = await this.overview();
    const found = sources.find((each) => each.name === source);
    expect(found, `a new archive has the source ${source}`).toBeDefined();
    return found!.hook_url;
  }

  /** Posts as a chat service does, through the public door. */
  async post(source: string, body: Buffer | string | object, type = 'application/json'): Promise<void> {
    const data =
      typeof body === 'string' ? body : Buffer.isBuffer(body) ? new Uint8Array(body) : JSON.stringify(body);
    const answer = await fetch(await this.address(source), {
      method: 'POST',
      headers: { 'Content-Type': type },
      body: data,
    });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe('{"result":"ok"}');
  }

  /** A short chat of somebody with a name, at a time. */
  async chat(name: string, words: string, id: number, more: object = {}): Promise<void> {
    const at = Date.UTC(2026, 0, 5, 12) + id * 60_000;
    await this.post('smartsupp', {
      accountId: 1,
      beginAt: at,
      endAt: at + 30_000,
      channel: { id, isChat: true, isCompleted: true },
      visitor: { id, name, email: `visitor-${id}@shop.example` },
      messages: [{ type: 'visitor', content: words, sentAt: at }],
      ...more,
    });
  }

  /** Waits until every delivery has become what it becomes. */
  async everythingIsRead(): Promise<void> {
    await expect.poll(async () => (await this.overview()).waiting).toBe(0);
  }

  async go(view: string): Promise<void> {
    await this.page.goto(`/#/${view}`);
  }

  /** The page of a hook address, and which part of it. */
  async openAddress(name: string, part = 'connect'): Promise<Locator> {
    await this.go(`addresses?open=${name}&part=${part}`);
    const region = this.page.getByRole('region', { name: `Hook address ${name}`, exact: true });
    await expect(region.getByRole('heading', { level: 2, name, exact: true })).toBeVisible();
    return region;
  }

  row(text: string): Locator {
    return this.rows.filter({ hasText: text });
  }

  async open(text: string): Promise<void> {
    await this.row(text).first().click();
    await expect(this.page.getByRole('heading', { level: 2, name: text }).first()).toBeVisible();
  }
}

interface Fixtures {
  /** Makes the folder of an archive that already holds something; without it the archive is new. */
  prepared: (() => Promise<string>) | undefined;
  inbox: Inbox;
}

export const test = base.extend<Fixtures>({
  prepared: [undefined, { option: true }],
  inbox: async ({ browser, contextOptions, prepared }, use, testInfo) => {
    const folder = await prepared?.();
    const running = await start(folder);
    const origin = new URL(running.link).origin;
    const { viewport, locale, timezoneId } = testInfo.project.use;
    const context = await browser.newContext({
      ...contextOptions,
      viewport,
      locale,
      timezoneId,
      baseURL: origin,
    });
    const page = await context.newPage();

    const strange: string[] = [];
    page.on('dialog', (dialog) => {
      strange.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('pageerror', (error) => strange.push(`error: ${error.message}`));
    page.on('console', (line) => {
      // A refused question is answered with 400, which the page tells the person; Chromium tells the console.
      if (line.type() === 'error' && !line.text().includes('status of 400'))
        strange.push(`console: ${line.text()}`);
    });
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(origin) && !url.startsWith('blob:')) strange.push(`request: ${url}`);
    });

    await page.goto(running.link);
    await use(new Inbox(page, running));
    expect(strange, 'no dialog, no error, no broken policy, and no request to anywhere else').toEqual([]);
    await context.close();
    await running.stop();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  },
});
