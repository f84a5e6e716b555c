// The list of conversations, and what a person does to one: read, star, archive, each with its way back.
import { host } from '../host';
import type { Acts, ConversationRow, Local } from '../host/bindings';
import { LiveRows } from '../parts/liverows.svelte';
import { attempt, toasts } from '../parts/toasts.svelte';
import { place } from '../place.svelte';
import { opened } from '../reader/opened.svelte';
import { words } from '../words';

type MarkAct = 'set_read' | 'set_starred' | 'set_archived';
type Marks = Pick<Local, 'read' | 'starred' | 'archived'>;

const pageSize = 60;

class Inbox {
  /** What a person did and the archive has not confirmed yet. */
  #underWay: Promise<unknown> = Promise.resolve();

  list = new LiveRows<ConversationRow>(
    async (after) => {
      // A view asked for right after a mark must know of it, or it would keep a row that just left.
      await this.#underWay;
      return host.query('conversations', {
        view: place.view,
        search: place.search || undefined,
        provider: place.service,
        after,
        limit: pageSize,
      });
    },
    (row) => row.position,
    (row, old) => ({ ...row, position: old.position }),
  );

  /** The conversation that keys act on. */
  get target(): string | undefined {
    return this.list.cursor ?? place.conversation;
  }

  marksOf(id: string): Marks | undefined {
    if (opened.id === id && opened.answer) return opened.answer.transcript.local;
    const row = this.list.rows.find((each) => each.id === id);
    return row && { read: !row.unread, starred: row.starred, archived: row.archived };
  }

  async toggleRead(id = this.target): Promise<void> {
    const marks = id ? this.marksOf(id) : undefined;
    if (!id || !marks) return;
    const on = !marks.read;
    if (!on) opened.keepUnread(id);
    await this.#markWithUndo('set_read', id, on, on ? words.done.read : words.done.unread);
  }

  async toggleStar(id = this.target): Promise<void> {
    const marks = id ? this.marksOf(id) : undefined;
    if (!id || !marks) return;
    const on = !marks.starred;
    await this.#markWithUndo('set_starred', id, on, on ? words.done.starred : words.done.unstarred);
  }

  async toggleArchive(id = this.target): Promise<void> {
    const marks = id ? this.marksOf(id) : undefined;
    if (!id || !marks) return;
    const on = !marks.archived;
    const leaves = on ? place.view === 'inbox' || place.view === 'unread' : place.view === 'archived';
    const restore = leaves ? this.list.remove(id) : () => {};
    const wasOpen = place.conversation === id;
    if (leaves && wasOpen) place.open(this.list.cursor === id ? undefined : this.list.cursor);
    const done = await attempt(() => this.#mark('set_archived', id, on));
    if (!done) {
      restore();
      if (wasOpen) place.open(id);
      return;
    }
    toasts.done(on ? words.done.archived : words.done.unarchived, async () => {
      await this.#mark('set_archived', id, !on);
      restore();
      if (leaves && wasOpen && place.page === 'conversations') place.open(id);
    });
  }

  /** Dwelling on a conversation reads it; that is no decision, so it is not put on the undo stack. */
  async readByDwelling(id: string): Promise<void> {
    await attempt(() => this.#mark('set_read', id, true));
  }

  async #markWithUndo(act: MarkAct, id: string, on: boolean, done: string): Promise<void> {
    const worked = await attempt(() => this.#mark(act, id, on));
    if (worked) toasts.done(done, () => this.#mark(act, id, !on).then(() => {}), true);
  }

  /** Shows the mark at once, and takes it back if the archive refuses. */
  async #mark(act: MarkAct, id: string, on: boolean): Promise<Acts[MarkAct]['answer']> {
    this.#paint(act, id, on);
    const done = host.act(act, { ids: [id], on });
    this.#underWay = Promise.allSettled([this.#underWay, done]);
    try {
      return await done;
    } catch (thrown) {
      this.#paint(act, id, !on);
      throw thrown;
    }
  }

  #paint(act: MarkAct, id: string, on: boolean): void {
    if (act === 'set_read') this.list.patch(id, { unread: !on });
    else if (act === 'set_starred') this.list.patch(id, { starred: on });
    else this.list.patch(id, { archived: on });
    const mark = { set_read: 'read', set_starred: 'starred', set_archived: 'archived' } as const;
    opened.paint(id, { [mark[act]]: on });
  }
}

export const inbox = new Inbox();
