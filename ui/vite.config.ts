import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [svelte()],
  clearScreen: false,
  server: { port: 5173, strictPort: true },
  build: {
    // Both hosts are recent: WebKitGTK 2.44 or later, and the browser of whoever runs `afterchat serve`.
    target: ['chrome123', 'safari17.5', 'firefox121'],
    // The page's policy allows no inline code and no data: scripts or styles, so every asset is a file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
