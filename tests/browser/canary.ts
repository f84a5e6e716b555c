// A server that must stay silent: whatever a vector calls out to is an address of its own. It also serves the page that proves that
// the server hears.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Vector } from './vectors';

export interface Canary {
  /** Its host and port. */
  host: string;
  /** The paths that were asked for, without the pages of the server itself. */
  heard: Set<string>;
  /** Serves each of these as a page inside a page, unescaped and without a policy. */
  unprotected: (pages: Map<string, string>) => string;
  stop: () => Promise<void>;
}

export async function canary(): Promise<Canary> {
  const heard = new Set<string>();
  let control = '';
  const server = createServer((request, answer) => {
    const path = request.url ?? '';
    if (path === '/control') {
      answer.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(control);
    } else {
      if (path !== '/favicon.ico') heard.add(path.slice(1));
      answer.writeHead(204, { 'Access-Control-Allow-Origin': '*' }).end();
    }
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const quoted = (text: string) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  return {
    host,
    heard,
    unprotected: (pages) => {
      const frames = [...pages].map(
        ([name, page]) => `<iframe title="${name}" srcdoc="${quoted(`<!doctype html>${page}`)}"></iframe>`,
      );
      control = `<!doctype html><meta charset=utf-8><title>Control</title>${frames.join('\n')}`;
      return `http://${host}/control`;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((stopped) => server.close(stopped));
    },
  };
}

/** What a vector says when it calls out to this server. */
export function spoken(vector: Vector, host: string): string {
  const address = `http://${host}/${vector.name}`;
  return (vector.text ?? '')
    .replaceAll('{run}', `fetch(\`${address}\`),top.__ran=\`${vector.name}\``)
    .replaceAll('{canary}', address)
    .replaceAll('{host}', host);
}
