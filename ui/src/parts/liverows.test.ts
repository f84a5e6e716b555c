import { beforeEach, describe, expect, test } from 'vitest';
import { LiveRows, type RowsAnswer } from './liverows.svelte';

interface Row {
  id: string;
  at: number;
}

/** An archive of rows, newest first, answering pages of three; answers wait until they are let go. */
class Archive {
  rows: Row[] = [];
  held: (() => void)[] | undefined;

  ask = async (after: string | undefined): Promise<RowsAnswer<Row>> => {
    const all = this.rows
      .toSorted((a, b) => b.at - a.at)
      .filter((row) => after === undefined || row.at < Number(after));
    const rows = all.slice(0, 3);
    if (this.held) await new Promise<void>((go) => this.held!.push(go));
    return { rows, next: all.length > 3 ? String(rows.at(-1)!.at) : undefined };
  };
}

let archive: Archive;
let list: LiveRows<Row>;
const ids = () => list.rows.map((row) => row.id).join('');

beforeEach(async () => {
  archive = new Archive();
  archive.rows = [...'abcde'].map((id, at) => ({ id, at: at + 1 }));
  list = new LiveRows<Row>(
    archive.ask,
    (row) => String(row.at),
    (row, old) => ({ ...row, at: old.at }),
  );
  await list.restart();
});

describe('a list', () => {
  test('pages by key until there is nothing more', async () => {
    expect(ids()).toBe('edc');
    await list.more();
    expect(ids()).toBe('edcba');
    expect(list.hasMore).toBe(false);
  });

  test('shows news at once when nobody is in it', async () => {
    archive.rows.push({ id: 'f', at: 6 });
    await list.refresh();
    expect(ids()).toBe('fedc');
  });

  test('holds news back while somebody is in it, and shows them when asked', async () => {
    list.engaged = true;
    list.cursor = 'd';
    archive.rows.push({ id: 'f', at: 6 }, { id: 'g', at: 7 });
    await list.refresh();
    expect([ids(), list.pending, list.cursor]).toEqual(['edc', 2, 'd']);
    list.showNew();
    expect([ids().slice(0, 4), list.pending]).toEqual(['gfed', 0]);
  });

  test('asks once more when something changed while the first answer was under way', async () => {
    archive.held = [];
    const started = list.restart();
    archive.rows.push({ id: 'f', at: 6 });
    await list.refresh();
    const held = archive.held;
    archive.held = undefined;
    held[0]!();
    await started;
    expect(ids(), 'the answer under way was older than the change').toBe('fedc');
  });

  test('shows the first row at once, even while somebody is in it', async () => {
    archive.rows = [];
    await list.restart();
    list.engaged = true;
    archive.rows = [{ id: 'a', at: 1 }];
    await list.refresh();
    expect([ids(), list.pending]).toEqual(['a', 0]);
  });

  test('drops an answer that a newer question overtook', async () => {
    archive.held = [];
    const first = list.restart();
    archive.rows = [{ id: 'z', at: 9 }];
    const second = list.restart();
    archive.held[1]!();
    await second;
    archive.held[0]!();
    await first;
    expect(ids(), 'the answer to the older question came last and must not win').toBe('z');
  });
});

describe('a row that was put away', () => {
  test('does not come back with an answer asked for before, and leaves the cursor on its neighbour', async () => {
    list.cursor = 'd';
    list.remove('d');
    expect([ids(), list.cursor]).toEqual(['ec', 'c']);
    await list.refresh();
    expect(ids()).not.toContain('d');
  });

  test('returns to its place when that is undone', () => {
    const restore = list.remove('d');
    restore();
    expect([ids(), list.cursor]).toEqual(['edc', 'd']);
  });
});
