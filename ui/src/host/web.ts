// The browser, talking to `afterchat serve` at the page's own origin.
import { linkOf } from '../address';
import { copied } from './clipboard';
import { choose, parcel, watchDrops, type Chosen } from './files';
import { HostError, type Host } from './index';

/** A custom header cannot be sent across origins without asking first, so it marks the request as this page's own. */
const headers = { 'Content-Type': 'application/json', 'X-Afterchat': '1' };

async function request(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, credentials: 'same-origin', cache: 'no-store' });
  } catch {
    throw new HostError('unreachable', path);
  }
  if (response.ok) return response;
  if (response.status === 401) throw new HostError('session_over', '');
  const answer: unknown = await response.json().catch(() => null);
  if (typeof answer === 'object' && answer !== null && 'code' in answer) throw HostError.from(answer);
  throw new HostError('unexpected', `HTTP ${response.status}`);
}

async function post<T>(path: string, body: unknown): Promise<T> {
  const response = await request(path, { method: 'POST', headers, body: JSON.stringify(body) });
  return (await response.json()) as T;
}

/** The file name a response asks to be saved under. */
export function savedName(disposition: string | null): string | undefined {
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(disposition ?? '')?.[1];
  if (encoded === undefined) return undefined;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}

async function download(path: string, otherwise: string): Promise<boolean> {
  const response = await request(path, { headers });
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = savedName(response.headers.get('Content-Disposition')) ?? otherwise;
  link.click();
  // The browser reads the blob after the click has returned.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
  return true;
}

/** Sends files in one request; the browser streams them from where they are. */
async function upload(files: Chosen[]): Promise<void> {
  if (files.length === 0) throw new HostError('nothing_to_import', '');
  await request('/api/import', { method: 'POST', headers: { 'X-Afterchat': '1' }, body: parcel(files) });
}

async function copy(text: string | Promise<string>): Promise<void> {
  if (navigator.clipboard) return copied(text);
  throw new HostError('clipboard', '');
}

export function webHost(): Host {
  return {
    kind: 'browser',
    query: (name, ask) => post(`/api/query/${name}`, ask),
    act: (name, ask) => post(`/api/act/${name}`, ask),
    onChange(callback) {
      const feed = new EventSource('/api/changes');
      feed.onmessage = (event) => callback(Number(event.data));
      // A feed that breaks says nothing by itself; asking again shows whether the session or the server is gone.
      feed.onerror = () => callback(-1);
      // Whatever happened while the feed was broken is caught up with.
      feed.onopen = () => callback(-1);
      return () => feed.close();
    },
    exportHtml: (id) => download(`/api/export/${encodeURIComponent(id)}.html`, `conversation-${id}.html`),
    async importChosen(what) {
      const files = await choose(what);
      if (files.length) await upload(files);
      return files.length > 0;
    },
    onDrop: (hanging, dropped) => watchDrops(hanging, (files) => dropped(files.then(upload))),
    saveReport: (work, format) =>
      download(`/api/report/${encodeURIComponent(work)}.${format}`, `import-report-${work}.${format}`),
    saveBody: (delivery, what) =>
      download(`/api/delivery/${encodeURIComponent(delivery)}/${what}`, `delivery-${delivery}`),
    saveFile: (work) => download(`/api/file/${encodeURIComponent(work)}`, `afterchat-${work}`),
    async openLink(url) {
      if (!linkOf(url)) throw new HostError('link_refused', url);
      window.open(url, '_blank', 'noopener,noreferrer');
    },
    copy,
  };
}
