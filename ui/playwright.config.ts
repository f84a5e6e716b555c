// The browser tests live beside the other tests that cross crates; their tools are the page's development dependencies.
import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

const systemChromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => existsSync(path));
/** Chromium refuses its sandbox to root, which is who runs tests in a container. */
const asRoot = process.getuid?.() === 0;

export default defineConfig({
  testDir: '../tests/browser',
  outputDir: '../tests/browser/test-results',
  fullyParallel: true,
  workers: 2,
  forbidOnly: Boolean(process.env.CI),
  // A second try is told as "flaky", so it is seen, and does not hold up a change that has nothing to do with it.
  retries: process.env.CI ? 1 : 0,
  reporter: 'list',
  timeout: 60_000,
  expect: { timeout: 10_000 },
  use: {
    browserName: 'chromium',
    channel: systemChromium ? undefined : 'chrome',
    launchOptions: { executablePath: systemChromium, args: asRoot ? ['--no-sandbox'] : [] },
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    timezoneId: 'Europe/Prague',
    acceptDownloads: true,
    actionTimeout: 10_000,
    trace: 'retain-on-failure',
  },
});
