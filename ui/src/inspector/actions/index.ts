// What can be done with the open delivery, as buttons in its heading, in this order. A new one is a component of its own
// that takes `{ answer }`, and a line here.
import type { Component } from 'svelte';
import type { DeliveryAnswer } from '../../host/bindings';
import CopyAs from './CopyAs.svelte';
import Pin from './Pin.svelte';
import Resend from './Resend.svelte';
import SaveAs from './SaveAs.svelte';
import WriteNote from './WriteNote.svelte';

export const actions: Component<{ answer: DeliveryAnswer }>[] = [Pin, WriteNote, CopyAs, SaveAs, Resend];
