// The words of handing deliveries on: copied, saved, and sent again in bulk.
import type { HandedAs, WrittenForm } from '../../host/bindings';

const forms: Record<WrittenForm, string> = {
  curl: 'curl',
  httpie: 'HTTPie',
  raw: 'Raw HTTP',
};

const copiedAs: Record<WrittenForm, string> = {
  curl: 'Copied as curl.',
  httpie: 'Copied as HTTPie.',
  raw: 'Copied as raw HTTP.',
};

const files: Record<HandedAs, string> = {
  body: 'Body, byte for byte',
  request: 'Raw HTTP request',
  har: 'HAR',
  fixtures: 'Test fixture',
};

/** What a text does not say as the delivery did, by its code. */
const remarks: Record<string, (name: string) => string> = {
  not_kept: (name) => `The secret in ${name} was not kept when it arrived.`,
  header_left_out: (name) => `HTTPie cannot send ${name}, so it is left out.`,
  body_left_out: () => 'The body is no text and is left out. Save the raw request to have it.',
  body_in_file: (name) => `The body is large: save it beside as ${name}.`,
};

export const handing = {
  title: 'Hand on',
  copyAs: 'Copy as',
  saveAs: 'Save as',
  choose: 'Choose…',
  forms,
  files,
  copiedAs,
  saved: 'Saved',
  hidden: (places: string[]) =>
    `Hidden: ${places.map((place) => (place === 'body' ? 'in the body' : place)).join(', ')}.`,
  remark: (code: string, name?: string) => remarks[code]?.(name ?? '') ?? code,
  copyTitle: 'Copy as a command',
  form: 'Form',
  to: 'Send to',
  toOwn: 'the address it reached',
  withSecrets: 'With secrets, and the hook address with its token',
  preview: 'Preview',
  more: 'Only the beginning is shown. All of it is copied.',
  shell: 'For a POSIX shell; on Windows use Git Bash or WSL.',
};
