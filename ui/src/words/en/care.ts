// The words of backups, and of an archive that was damaged.

const count = (n: number) => n.toLocaleString('en');
const many = (n: number, one: string, more: string) => `${count(n)} ${n === 1 ? one : more}`;
const deliveries = (n: number) => many(n, 'delivery', 'deliveries');

/** What was wrong with the file, by the archive's word for it. */
const damages: Record<string, string> = {
  missing: 'Its file was missing or empty.',
  no_database: 'Something else stood in its file.',
  cut_off: 'Part of its file was missing.',
  log_broken: 'Its write-ahead log was damaged.',
  log_old: 'A write-ahead log of an older state lay beside it.',
  log_missing: 'Its write-ahead log was missing, and with it maybe what arrived last.',
  malformed: 'Parts of its file were damaged.',
};

export const care = {
  label: 'Damage and repair',
  damagedTitle: 'The archive is damaged',
  damagedText:
    'Nothing more is written to it, so that all that can be read stays as it is. New deliveries are answered 503, so that none is confirmed and lost; most services send them again. Quit every Afterchat program, its icon in the tray included, and start Afterchat again: it then repairs the archive and offers the newest good backup.',
  repairedTitle: (when: string) => `The archive was damaged and has been repaired, ${when}`,
  repairedText: (damage: string, there: number, missing?: number) =>
    [
      damages[damage] ?? '',
      `${deliveries(there)} ${there === 1 ? 'is' : 'are'} there,`,
      missing === undefined
        ? 'how many are missing is not known.'
        : missing > 0
          ? `${count(missing)} could not be read.`
          : 'none is missing.',
      'Conversations are made of them anew.',
    ].join(' '),
  addressesTaken: (when: string) =>
    `Hook addresses that could not be read were taken from the backup of ${when}.`,
  targetsTaken: (when: string) =>
    `Forwarding targets that could not be read were taken from the backup of ${when}. They are paused: look through them and let them go on; what arrives waits until then.`,
  settingsTaken: (when: string) =>
    `Settings that could not be read were taken from the backup of ${when}. A tunnel that was on may have to be opened again.`,
  folder: 'The damaged files are kept as they were:',
  folderName: 'the folder of the damaged files',
  offer: (when: string, n: number, others: number) =>
    `The backup of ${when} has ${[
      ...(n > 0 ? [deliveries(n)] : []),
      ...(others > 0 ? [many(others, 'decision or note', 'decisions and notes')] : []),
    ].join(' and ')} besides.`,
  bringBack: (when: string) => `Bring back from the backup of ${when}`,
  bringingBack: 'Bringing back…',
  dismiss: 'Dismiss',
  dismissed: 'The damaged files stay where they are',
  backups: 'Backups',
  line: (ago: string) => `backup ${ago}`,
  none: 'no backup yet',
  failed: 'no backup could be made',
  intro:
    'One is made each day while Afterchat runs, and before the archive is brought to a newer format. Kept are those of the last three days, one of an earlier week and the last one before a newer format.',
  newest: (when: string, size: string) =>
    `The newest is of ${when}, ${size}. It was looked through and is whole.`,
  kept: (n: number) => `${many(n, 'backup', 'backups')} in`,
  keptNone: 'The first one is made within a quarter of an hour, in',
  folderOfBackups: 'the folder of backups',
  failedAt: (when: string) => `The last try failed, ${when}.`,
  secrets: 'A backup holds the tokens and secrets of the hook addresses: whoever has it can post to them.',
  restore: 'To put one in the place of the archive, quit Afterchat and run',
  backUp: 'Back up now',
  works: 'Backups and bringing back',
};
