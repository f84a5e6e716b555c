// Addresses that a stranger wrote: which of them a click may follow, and where they lead in truth. The program decides the
// same way (`address.rs`), and both are tested with the same list.

export interface Address {
  /** The host it leads to, with a port that is unusual; absent for a letter. In Punycode where its own letters could be taken for others. */
  host?: string;
  /** True when the address looks as if it led somewhere else. */
  misleads: boolean;
}

/** Space, control characters and the marks that open or close a direction of text. */
// eslint-disable-next-line no-control-regex -- control characters are exactly what this looks for
const odd = /[\s\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u;
const ascii = /^[\u0021-\u007e]*$/;
/** ASCII and the accented letters of Europe, without those that look like others. */
const latin = /^[a-z0-9\u00e0-\u00f6\u00f8-\u0130\u0132-\u0137\u0139-\u0148\u014a-\u017e-]*$/u;
/** The scripts of hosts that are registered. */
const scripts = [
  'Greek',
  'Cyrillic',
  'Armenian',
  'Hebrew',
  'Arabic',
  'Devanagari',
  'Thai',
  'Georgian',
  'Hangul',
].map((name) => new RegExp(`^[\\p{Script=${name}}0-9-]+$`, 'u'));
const eastAsian = /^[\u3005-\u3007\u3041-\u30ff\u4e00-\u9fff0-9-]+$/u;

/** True for a host whose letters can be taken for no others: Latin, or of one other script down to its last part. */
function isHonest(host: string): boolean {
  // Of ASCII a browser changes only numbers that it takes for an address of the network.
  if (ascii.test(host)) return false;
  const labels = host.replace(/:.*$/, '').split('.');
  const foreignEnd = !ascii.test(labels.at(-1) ?? '');
  const ofOneScript = (label: string) => [...scripts, eastAsian].some((script) => script.test(label));
  return labels.every((label) => latin.test(label) || (foreignEnd && ofOneScript(label)));
}

function parsed(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/** The address in this text, if a click may follow it; anything else is text. */
export function linkOf(text: string): Address | undefined {
  if (odd.test(text)) return undefined;
  if (/^mailto:/i.test(text)) return { misleads: false };
  const [, authority, rest] = /^https?:\/\/([^/\\?#]+)(.*)$/isu.exec(text) ?? [];
  const url = authority === undefined ? undefined : parsed(text);
  if (authority === undefined || url === undefined) return undefined;
  const at = authority.lastIndexOf('@');
  const written = authority.slice(at + 1).toLowerCase();
  const bare = written.replace(/:(80|443)$/, '');
  const plain = bare === url.host || written === url.host;
  const honest = plain || isHonest(bare);
  return {
    host: honest && !plain ? bare : url.host,
    misleads: at >= 0 || !honest || (rest ?? '').startsWith('\\'),
  };
}

/** The host that these words seem to lead to, if they look like an address. */
function namedHost(words: string): string | undefined {
  const text = words.trim();
  const address = linkOf(text);
  if (address) return address.host;
  const host = text.split(/[/?#]/)[0] ?? '';
  if (!/^[\p{L}\p{N}:-]+(\.[\p{L}\p{N}:-]+)*\.\p{L}+$/u.test(host)) return undefined;
  return linkOf(`http://${host}`)?.host;
}

/** The host of an address, where these words lead a reader to expect another or the address misleads by itself. */
export function behind({ host, misleads }: Address, words: string): string | undefined {
  const named = namedHost(words);
  return host !== undefined && (misleads || (named !== undefined && named !== host)) ? host : undefined;
}
