import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

// Run from the repository's root, because the browser tests lie outside this folder.
export default ts.config(
  {
    ignores: ['**/dist/', '**/host/bindings.ts', '**/test-results/', '**/playwright-report/'],
  },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser, ...globals.node } } },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
  },
  {
    rules: {
      // What a visitor wrote is text; nothing in the page may turn text into markup.
      'svelte/no-at-html-tags': 'error',
      'no-restricted-properties': [
        'error',
        { property: 'innerHTML', message: 'Everything is text.' },
        { property: 'outerHTML', message: 'Everything is text.' },
        { property: 'insertAdjacentHTML', message: 'Everything is text.' },
      ],
      // The policy of both hosts refuses style attributes; `style:` directives set properties instead.
      'no-restricted-syntax': [
        'error',
        { selector: 'SvelteAttribute[key.name="style"]', message: 'Use classes or style: directives.' },
      ],
      // Sets and maps here are replaced, never changed in place, so plain ones are meant.
      'svelte/prefer-svelte-reactivity': 'off',
      eqeqeq: 'error',
      // Playwright reads from the pattern what a fixture needs, also that it needs nothing.
      'no-empty-pattern': ['error', { allowObjectPatternsAsParameters: true }],
    },
  },
  {
    files: ['ui/src/**/*.{ts,svelte}'],
    ignores: ['ui/src/host/tauri.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['@tauri-apps/*'], message: 'Only host/tauri.ts knows Tauri.' }] },
      ],
    },
  },
);
