// The words of the screen that is shown before the archive is open.
import type { OpeningStage } from '../../host/bindings';

interface Said {
  title: string;
  text: string;
  /** What becomes of it when the program is closed now. */
  safe: string;
}

const again = 'You can close Afterchat now and nothing is lost: at the next start this begins again.';

const stages: Record<OpeningStage, Said> = {
  looking: {
    title: 'Opening the archive',
    text: 'Its files are looked at.',
    safe: again,
  },
  repairing: {
    title: 'Repairing the archive',
    text: 'It was damaged. Everything that can be read of it goes into a new one, and the damaged files are kept as they are.',
    safe: again,
  },
  comparing: {
    title: 'Looking at the newest backup',
    text: 'The archive was damaged and is nearly repaired. What the newest backup has besides is counted, and offered to you afterwards.',
    safe: again,
  },
  checking: {
    title: 'Looking through the new file',
    text: 'All of it is read before it counts.',
    safe: again,
  },
  waiting: {
    title: 'Another Afterchat program is busy with the archive',
    text: 'It repairs the archive or puts a backup in its place. Afterchat goes on when it is done.',
    safe: 'You can close Afterchat now and nothing is lost.',
  },
  backing_up: {
    title: 'Making a backup before the archive is changed',
    text: 'This Afterchat keeps the archive in a newer format. The backup is for whoever goes back to the older one.',
    safe: again,
  },
  changing: {
    title: 'Bringing the archive to the newest format',
    text: 'Conversations are made anew of their deliveries afterwards, while you can use it already.',
    safe: 'You can close Afterchat now and nothing is lost: each step is done whole or not at all, and the next start goes on.',
  },
};

export const opening = {
  stages,
  part: (part: number) => `${Math.floor(part * 100)} %`,
  door: 'Chat services cannot reach Afterchat before the archive is open.',
};
