// The clipboard, as both hosts use it.

/** Copies a text. One that is on its way is handed over as a promise: asked for later, a browser would refuse. */
export async function copied(text: string | Promise<string>): Promise<void> {
  if (typeof text === 'string') return navigator.clipboard.writeText(text);
  // What fails on its way is told by whoever waits for the text; the browser only says that there was nothing to copy.
  const blob = text.then((text) => new Blob([text], { type: 'text/plain' }));
  try {
    await navigator.clipboard.write([new ClipboardItem({ 'text/plain': blob })]);
  } catch (thrown) {
    await text;
    throw thrown;
  }
}
