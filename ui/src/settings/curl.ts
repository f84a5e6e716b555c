// The line that posts something to a hook address from a terminal: the smallest body each service's reader understands.

const now = () => new Date();

const bodies: Record<string, () => unknown> = {
  chatlio: () => ({
    name: 'Bea Sample',
    email: 'bea@example.net',
    message: 'Please call me back about my order.',
  }),
  smartsupp: () => ({
    accountId: 1,
    beginAt: now().getTime(),
    channel: { id: now().getTime(), isChat: true, isCompleted: true },
    visitor: { id: 1, name: 'Bea Sample', email: 'bea@example.net' },
    messages: [{ type: 'visitor', content: 'Hello from curl', sentAt: now().getTime() }],
  }),
  comm100: () => ({
    event: 'offline_message_submitted',
    offline_message: {
      id: String(now().getTime()),
      name: 'Bea Sample',
      email: 'bea@example.net',
      content: 'Hello from curl',
      time: `/Date(${now().getTime()})/`,
    },
  }),
  chatvisor: () => ({
    customerId: `curl-${now().getTime()}`,
    status: 'UNREAD',
    lastMessage: { text: 'Hello from curl' },
  }),
  snapengage: () => ({
    id: `curl-${now().getTime()}`,
    widget_id: 'curl',
    type: 'chat',
    requested_by: 'bea@example.net',
    created_at_seconds: Math.floor(now().getTime() / 1000),
    created_at_milliseconds: 0,
    transcripts: [
      {
        id: '',
        date_seconds: Math.floor(now().getTime() / 1000),
        date_milliseconds: 0,
        alias: 'visitor',
        message: 'Hello from curl',
        sender: 'VISITOR',
      },
    ],
  }),
  tawkto: () => ({
    event: 'ticket:create',
    time: now().toISOString(),
    property: { id: 'curl', name: 'curl' },
    requester: { name: 'Bea Sample', email: 'bea@example.net' },
    ticket: { id: `curl-${now().getTime()}`, humanId: 1, subject: 'A question', message: 'Hello from curl' },
  }),
};

const onWindows = typeof navigator !== 'undefined' && /Win/.test(navigator.platform);

/** A word for the shell: single quotes keep everything, except where only double quotes are known. */
export function quoted(word: string, windows = onWindows): string {
  if (windows) return `"${word.replaceAll('"', '\\"')}"`;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

export function curlLine(hookUrl: string, provider: string | undefined, windows = onWindows): string {
  const body = JSON.stringify((bodies[provider ?? 'smartsupp'] ?? bodies['smartsupp']!)());
  const header = quoted('Content-Type: application/json', windows);
  return `curl -H ${header} -d ${quoted(body, windows)} ${quoted(hookUrl, windows)}`;
}

/** The address with its token as dots: the token is what lets anyone post. */
export function withoutToken(text: string, hookUrl: string): string {
  const token = hookUrl.slice(hookUrl.lastIndexOf('/') + 1);
  return token ? text.replaceAll(token, '••••••••') : text;
}
