// The words of the tunnel: its kinds, how it is, and what to do about it.
import type {
  TunnelAccount,
  TunnelAddress,
  TunnelEncryption,
  TunnelField,
  TunnelReaders,
  TunnelState,
} from '../../host/bindings';

const addresses: Record<TunnelAddress, string> = {
  stays: 'stays',
  stays_with_account: 'changes, stays with an account',
  changes: 'changes with each start',
};

const readers: Record<TunnelReaders, string> = {
  nobody: 'nobody else',
  service: 'the service',
  everybody: 'everybody on the way',
  unknown: 'depends on it',
};

const accounts: Record<TunnelAccount, string> = {
  none: 'nothing',
  optional: 'nothing; account optional',
  needed: 'an account',
  own_server: 'your own server',
};

const encryption: Record<TunnelEncryption, string> = {
  own_server: 'Requests are encrypted up to the proxy on your server, and from there to here by SSH.',
  service: 'Requests are encrypted up to the service. It sees them in the open before it passes them on.',
  this_machine: 'Requests are encrypted up to this machine. The service passes on what it cannot read.',
  none: 'Requests travel in the open: everybody on the way can read and change them. Put a proxy with a certificate before it for anything real; most chat services refuse plain http.',
  unknown: 'Who can read the requests depends on what stands behind the address.',
};

const fields: Record<TunnelField, { label: string; hint?: string }> = {
  server: { label: 'Server' },
  ssh_port: { label: 'SSH port', hint: '22 if empty' },
  key: { label: 'Private key', hint: 'A file. Your account’s own keys if empty' },
  bind: {
    label: 'Listens on',
    hint: '127.0.0.1 behind a proxy on the server, * for everybody (needs GatewayPorts)',
  },
  remote_port: { label: 'Public port', hint: 'Any free one if empty; the address then changes' },
  public_url: { label: 'Public address', hint: 'Such as https://hooks.example.com' },
  command: { label: 'Command', hint: '{port} stands for the port of the tunnel’s door' },
  url_pattern: {
    label: 'Pattern of the address',
    hint: 'A regular expression; its first group, or all of it, is the address',
  },
  ready_pattern: {
    label: 'Pattern of readiness',
    hint: 'A regular expression for the line that says that it works, if you enter the address yourself',
  },
  http2: { label: 'HTTP/2 instead of QUIC', hint: 'Where a network lets no UDP through' },
  secret: { label: 'Token or secret' },
};

/** What a person should know of a kind before choosing it; ways that differ from the general hints. */
const notes: Record<string, string> = {
  cloudflared:
    'For a try-out: no account, no promise. A new name may take half a minute until the world knows it.',
  cloudflared_named:
    'Make a tunnel at Cloudflare, route a public hostname to the tunnel’s door below, and enter its token and address here.',
  ssh: 'A server of yours with OpenSSH. A key that may do nothing else is enough: restrict,port-forwarding,permitlisten="127.0.0.1:7777" in its authorized_keys.',
  localhost_run: 'Over SSH, without an account. The name changes after some hours.',
  pinggy: 'Over SSH. Without a token a tunnel ends after an hour and comes back under another name.',
  bore: 'Built in. Plain TCP: it has no certificate of its own.',
  ngrok: 'The free plan has one address that stays, and limits.',
  tailscale: 'Switch Funnel on for your network at Tailscale first.',
  frp: 'A server of yours with frps. Enter its name, ports and token in the command.',
  zrok: 'Run “zrok enable” once.',
  devtunnel: 'Run “devtunnel user login” once. Anonymous access is switched on, as services cannot log in.',
  program: 'Whatever leads here. Give its command, and either how its address looks or the address itself.',
  external: 'Something you run yourself leads this address to the tunnel’s door: a reverse proxy, a router.',
};

const states: Record<TunnelState, string> = {
  stopped: 'Off',
  starting: 'Starting',
  assigned: 'Trying the public address',
  reachable: 'Reachable',
  changed: 'Reachable at a new address',
  degraded: 'Not reachable',
};

const line: Record<TunnelState, string> = {
  stopped: 'no tunnel',
  starting: 'tunnel starting',
  assigned: 'tunnel starting',
  reachable: 'tunnel reachable',
  changed: 'tunnel reachable, new address',
  degraded: 'tunnel not reachable',
};

export const tunnel = {
  title: 'Tunnel',
  intro:
    'Chat services on the internet reach this machine through a tunnel. It leads to a door of its own that takes webhooks and nothing else, and is off until you start it.',
  states,
  line,
  lineFailed: 'tunnel ended',
  stateLabel: 'How the tunnel is',
  since: (ago: string) => `since ${ago}`,
  proved: (ago: string) => `last question came back ${ago}`,
  door: (door: string) => `Leads to ${door}`,
  retry: (moment: string) => `Tried again at ${moment}.`,
  by: (name: string) => `by ${name}`,
  start: 'Start',
  startAnew: 'Start with these settings',
  stop: 'Stop',
  ask: 'Ask now',
  kinds: 'Ways',
  columns: { kind: 'Way', address: 'Address', readers: 'Can read along', needs: 'Needs' },
  addresses,
  readers,
  accounts,
  encryption,
  fields,
  notes,
  samples: { ssh: 'you@server.example', bore: 'bore.pub' } as Record<string, string>,
  keepSecret: (ending: string) =>
    ending ? `Set, ends in ${ending}. Leave empty to keep it` : 'Set. Leave empty to keep it',
  removeSecret: 'Remove the token',
  missing: (program: string) =>
    `“${program}” is not installed here. Install it from its maker; Afterchat downloads no programs.`,
  setUp: (name: string) => `Settings of ${name}`,
  public: 'Public addresses',
  publicIntro: 'Enter each at its service. Whoever knows an address can post to it.',
  log: 'What it says',
  noLog: 'Nothing yet.',
  copyLog: 'Copy the log',
  changedTitle: 'The address has changed',
  changed: (before: string, now: string) => `It was ${before} and is ${now} now.`,
  changedNext:
    'Enter the new addresses at these services. This stays here until something is delivered on the new address.',
  told: 'All services know it',
};
