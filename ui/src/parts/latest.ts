// Of several questions only the newest one's answer counts.

/** Wraps a question so that an answer overtaken by a later question comes back as undefined, failure or not. */
export function latest<A extends unknown[], T>(ask: (...args: A) => Promise<T>) {
  let newest = 0;
  return async (...args: A): Promise<T | undefined> => {
    const mine = ++newest;
    try {
      const answer = await ask(...args);
      return mine === newest ? answer : undefined;
    } catch (thrown) {
      if (mine === newest) throw thrown;
      return undefined;
    }
  };
}
