// What of a request is secret.
import type { Concealed } from '../host/bindings';

/** How many secrets there are in a request; those of its query string count as one. */
export const secretsOf = ({ headers, query, body }: Concealed): number =>
  headers.length + Number(query) + body;
