// The desktop window. The only file that knows Tauri.
import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import { copied } from './clipboard';
import { HostError, type Host } from './index';

async function call<T>(command: string, args: Record<string, unknown>): Promise<T> {
  try {
    return await invoke<T>(command, args);
  } catch (thrown) {
    throw HostError.from(thrown);
  }
}

export function tauriHost(): Host {
  return {
    kind: 'desktop',
    query: (name, ask) => call('query', { name, ask }),
    act: (name, ask) => call('act', { name, ask }),
    onChange(callback) {
      const stop = listen<number>('changed', (event) => callback(event.payload));
      return () => void stop.then((unlisten) => unlisten());
    },
    exportHtml: async (id) => (await call<string | null>('save_export', { id })) !== null,
    importChosen: (what) => call<boolean>('import_chosen', { folder: what === 'folder' }),
    onDrop(hanging, dropped) {
      // What is dropped goes to the program, not through the page.
      const stops = [
        listen<boolean>('hanging', (event) => hanging(event.payload)),
        listen('dropped', () => dropped(Promise.resolve())),
      ];
      return () => stops.forEach((stop) => void stop.then((unlisten) => unlisten()));
    },
    saveReport: async (work, format) => (await call<string | null>('save_report', { work, format })) !== null,
    saveBody: async (delivery, what) => (await call<string | null>('save_body', { delivery, what })) !== null,
    saveFile: async (work) => (await call<string | null>('save_file', { work })) !== null,
    openLink: (url) => call('open_link', { url }),
    copy: copied,
  };
}
