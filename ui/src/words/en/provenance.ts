// The words around where a value came from.
import type { Inference } from '../../host/bindings';

const inferred: Record<Inference, string> = {
  receipt: 'No payload says this: it is the time when the delivery was received.',
  line_beside: 'No payload says this: it is the time of the line beside it.',
  shape: 'No single value says this: Afterchat tells it by what kind of payload it is.',
  given: 'Afterchat gave this itself; no service sent it.',
};

export const provenance = {
  inferred,
  showInConversation: 'Show it in the conversation',
  notShown: 'The conversation shows another delivery’s value here.',
  replaced: 'Another delivery replaced this value. The conversation shows that one.',
  also: (n: number) =>
    n === 1 ? 'Another delivery says something here too:' : `${n} other deliveries say something here too:`,
  delivery: (id: string) => `delivery ${id}`,
  noPlace: 'This delivery has no value at this place.',
  excerpt: 'A part of the body around the value; all of it is kept.',
  more: (n: number) => `and ${n.toLocaleString('en')} more under Became`,
};
