// Where the person is: which page, view, filter, search and conversation. It lives in the address, so a reload or the
// Back button returns to the same place.
import type { View } from './host/bindings';
import { addressOf, type Page, type Spot, spotOf } from './parameters';

class Place implements Spot {
  page = $state<Page>('conversations');
  view = $state<View>('inbox');
  service = $state<string>();
  search = $state('');
  conversation = $state<string>();
  delivery = $state<string>();
  sample = $state<string>();
  /** The delivery that the open one is compared with. */
  with = $state<string>();
  source = $state<string>();
  /** Only deliveries in quarantine. */
  quarantined = $state(false);
  /** A search for deliveries. */
  sought = $state('');
  /** Something is being typed into the search box that is not looked for yet: the lists still answer what was before. */
  typing = $state(false);
  /** Each new delivery opens as it arrives. */
  following = $state(false);
  /** The request that was not taken and is open. */
  refusal = $state<string>();
  /** Any conversation of the visitor that is shown. */
  visitor = $state<string>();
  /** The visitor was opened from here, so Back leads to where that was. */
  #toVisitor = false;
  /** The long work whose report is open. */
  work = $state<string>();
  /** The value that is meant: of a conversation a path in its transcript, of a delivery a pointer into its payload. */
  at = $state<string>();
  /** The hook address that is open, and which part of it. */
  hook = $state<string>();
  part = $state<string>();
  /** The target whose log is open. */
  target = $state<string>();
  guide = $state<string>();
  /** The kind of tunnel that is looked at; the one that runs when absent. */
  kind = $state<string>();
  /** What was noted about this step before the next was taken. */
  noted: unknown;
  /** Counts steps, so that what is brought into sight once for each of them is not moved again. */
  steps = 0;
  #pointing: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    if (typeof window === 'undefined') return;
    this.#read();
    this.noted = history.state;
    window.addEventListener('popstate', (event) => {
      this.noted = event.state;
      this.steps += 1;
      this.#toVisitor = false;
      this.#read();
    });
  }

  /** Keeps something with this step, to be found again when Back returns to it. */
  note(what: unknown): void {
    history.replaceState(what, '');
  }

  show(view: View): void {
    this.#go(() => {
      this.page = 'conversations';
      this.view = view;
      this.conversation = undefined;
    });
  }

  filter(service: string | undefined): void {
    this.#go(() => {
      this.page = 'conversations';
      this.service = service;
      this.conversation = undefined;
    });
  }

  find(text: string): void {
    const fromElsewhere = this.page !== 'conversations';
    if (fromElsewhere) this.at = undefined;
    this.page = 'conversations';
    this.search = text;
    this.#write(fromElsewhere);
  }

  /** Looks for deliveries. */
  seek(text: string): void {
    this.sought = text;
    this.#write(false);
  }

  /** Which deliveries are listed; what is open and looked for stays. */
  narrow(source: string | undefined, quarantined = false): void {
    this.source = source;
    this.quarantined = quarantined;
    this.#write(false);
  }

  /** Whether each new delivery opens as it arrives. */
  follow(on: boolean): void {
    this.following = on;
    this.#write(false);
  }

  open(conversation: string | undefined): void {
    // Going through a list leaves one step behind, so Back leads to the list and not through every row.
    const step =
      (conversation === undefined) !== (this.conversation === undefined) || this.page !== 'conversations';
    this.page = 'conversations';
    this.conversation = conversation;
    this.at = undefined;
    this.#write(step);
  }

  /** A conversation from outside the list: shown in a view that certainly holds it. */
  openAnywhere(conversation: string, at?: string): void {
    this.#go(() => {
      this.at = at;
      this.page = 'conversations';
      this.view = 'everything';
      this.service = undefined;
      this.search = '';
      this.conversation = conversation;
    });
  }

  openDelivery(delivery: string | undefined, at?: string): void {
    const step = this.page !== 'deliveries' || (delivery === undefined) !== (this.delivery === undefined);
    const leavesComparison = this.with !== undefined;
    this.page = 'deliveries';
    this.delivery = delivery;
    this.with = undefined;
    this.at = at;
    this.#write(step || leavesComparison);
  }

  /** Compares the open delivery with this one, or leaves the comparison. Another one to compare with is no new step. */
  compareWith(delivery: string | undefined): void {
    const step = (delivery === undefined) !== (this.with === undefined);
    this.with = delivery;
    this.at = undefined;
    this.#write(step);
  }

  /** Another value of what is open. Held keys pass many of them, so only where they rest is written down. */
  pointAt(at: string | undefined): void {
    this.at = at;
    clearTimeout(this.#pointing);
    this.#pointing = setTimeout(() => this.#write(false), 200);
  }

  showDeliveries(source?: string): void {
    this.#go(() => {
      this.page = 'deliveries';
      this.source = source;
      this.quarantined = false;
      this.sought = '';
      this.following = false;
      this.delivery = undefined;
    });
  }

  showQuarantine(): void {
    this.#go(() => {
      this.page = 'deliveries';
      this.source = undefined;
      this.quarantined = true;
      this.sought = '';
      this.following = false;
      this.delivery = undefined;
    });
  }

  /** Requests that were not taken; with a number one of them. */
  openRefusal(refusal: string | undefined): void {
    const step = this.page !== 'refused' || (refusal === undefined) !== (this.refusal === undefined);
    this.page = 'refused';
    this.refusal = refusal;
    this.at = undefined;
    this.#write(step);
  }

  /** Where a request is written: made from a delivery, from a sample or from nothing. */
  compose(from: { delivery?: string; sample?: string }): void {
    this.#go(() => {
      this.page = 'send';
      this.delivery = from.delivery;
      this.sample = from.sample;
    });
  }

  showVisitor(conversation: string): void {
    const already = this.page === 'visitor';
    this.page = 'visitor';
    this.visitor = conversation;
    this.#write(!already);
    this.#toVisitor ||= !already;
  }

  /** Back to the conversation from which the visitor was opened. */
  leaveVisitor(): void {
    if (this.#toVisitor) history.back();
    else if (this.visitor !== undefined) this.openAnywhere(this.visitor);
  }

  /** All hook addresses, with none of them open. */
  showAddresses(): void {
    this.openHook(undefined);
  }

  /** A hook address by its name; another part of it, or another address, is no new step. */
  openHook(name: string | undefined, part?: string): void {
    const step = this.page !== 'addresses' || (name === undefined) !== (this.hook === undefined);
    this.page = 'addresses';
    if (name !== this.hook) this.guide = undefined;
    this.hook = name;
    this.part = part;
    this.target = undefined;
    this.at = undefined;
    this.#write(step);
  }

  /** Another guide at the address that is open. */
  readGuide(guide: string | undefined): void {
    this.guide = guide;
    this.#write(false);
  }

  showTunnel(): void {
    this.#go(() => {
      this.page = 'tunnel';
      this.kind = undefined;
    });
  }

  /** Another kind of tunnel is no new step. */
  chooseKind(kind: string): void {
    this.kind = kind;
    this.#write(false);
  }

  /** The log of a target of the address that is open; with none given it is closed. */
  openTarget(target: string | undefined): void {
    this.target = target;
    this.#write(false);
  }

  /** What became of each record of this work; without one the history page. */
  openReport(work: string | undefined): void {
    this.#go(() => {
      this.page = 'history';
      this.work = work;
    });
  }

  showHistory(): void {
    this.openReport(undefined);
  }

  #go(change: () => void): void {
    this.at = undefined;
    this.with = undefined;
    change();
    this.#write(true);
  }

  #write(step: boolean): void {
    clearTimeout(this.#pointing);
    const address = addressOf(this);
    if (address === location.hash) return;
    this.noted = undefined;
    this.steps += 1;
    if (step) history.pushState(null, '', address);
    else history.replaceState(null, '', address);
  }

  #read(): void {
    clearTimeout(this.#pointing);
    Object.assign(this, spotOf(location.hash));
  }
}

export const place = new Place();
