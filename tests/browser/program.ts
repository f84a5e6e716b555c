// Starts the real program on a fresh archive, and stops it. Nothing here stands in for a part of it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

export const program =
  process.env.AFTERCHAT_BIN ??
  resolve(__dirname, '../../target/debug', process.platform === 'win32' ? 'afterchat.exe' : 'afterchat');

/** Another program that was built with it. */
export const beside = (name: string): string =>
  join(dirname(program), process.platform === 'win32' ? `${name}.exe` : name);

export interface Running {
  /** The link that opens the inbox, once. */
  link: string;
  /** Where the public door listens. */
  door: string;
  /** Where the archive is. */
  folder: string;
  stop: () => Promise<void>;
  /** Stops the program and leaves its archive. */
  quit: () => Promise<void>;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

export const newFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'afterchat-browser-'));

/** Starts it on an archive of its own, or on the one in this folder, which then is left as it is. */
export async function start(kept?: string): Promise<Running> {
  const folder = kept ?? (await newFolder());
  const child = spawn(program, ['--data', folder, 'serve', '--ui-port', '0', '--port', '0', '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaint = '';
  child.stderr.on('data', (piece: Buffer) => (complaint += piece.toString()));
  const line = await Promise.race([
    once(createInterface(child.stdout), 'line').then(([text]) => String(text)),
    once(child, 'error').then(([error]) => Promise.reject(error as Error)),
    once(child, 'exit').then(() => Promise.reject(new Error(`${program} ended at once: ${complaint}`))),
  ]);
  const { link, listening } = JSON.parse(line) as {
    link: string;
    listening: string;
  };
  const quit = async () => {
    const endedEarly = child.exitCode !== null || child.signalCode !== null;
    child.kill();
    await ended(child);
    if (endedEarly) throw new Error(`${program} ended before it was asked to: ${complaint}`);
  };
  const stop = async () => {
    await quit().finally(() =>
      kept === undefined ? rm(folder, { recursive: true, force: true }) : undefined,
    );
  };
  return { link, door: listening, folder, stop, quit };
}
