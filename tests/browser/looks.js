// Runs in the page, in any browser: what a person could not see and a page must never hold, and whether its parts are where they
// belong. Everything that is wrong, in words.
(() => {
  // eslint-disable-next-line no-control-regex -- control characters are exactly what this looks for
  const steers = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
  const never =
    'script, img, iframe, frame, object, embed, video, audio, source, picture, base, meta, style, link, noscript, math, foreignObject, image, set, animate, marquee, portal';
  const wrong = [];
  for (const element of document.body.querySelectorAll(never))
    wrong.push(`<${element.localName}> in the page`);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node instanceof Element) {
      for (const { name, value } of node.attributes) {
        const where = `${node.localName} ${name}=${JSON.stringify(value.slice(0, 200))}`;
        if (name.startsWith('on') || name === 'srcdoc') wrong.push(`a handler: ${where}`);
        if (steers.test(value)) wrong.push(`an attribute that hides: ${where}`);
        if (name === 'href' && !/^(https?:\/\/|mailto:)/i.test(value)) wrong.push(`a link: ${where}`);
        if (['src', 'srcset', 'action', 'formaction', 'background', 'poster', 'ping'].includes(name))
          wrong.push(`an address that is loaded: ${where}`);
      }
    } else if (steers.test(node.nodeValue ?? '')) {
      wrong.push(`a text that hides: ${JSON.stringify(node.nodeValue.slice(0, 200))}`);
    }
  }
  if ('__ran' in window) wrong.push(`${String(window.__ran)} ran`);
  if (document.title.length > 60) wrong.push(`the title is ${document.title}`);
  const width = Math.max(document.documentElement.scrollWidth, document.body.scrollWidth);
  if (width > window.innerWidth) wrong.push(`the page is ${width} wide in a window of ${window.innerWidth}`);
  if (document.documentElement.scrollHeight > window.innerHeight)
    wrong.push('the page is higher than the window');
  for (const pane of document.querySelectorAll(
    'main, main > *, main [role=region], [role=listbox], footer',
  )) {
    const { left, right, top, bottom, width } = pane.getBoundingClientRect();
    const shown = getComputedStyle(pane).visibility === 'visible' && width > 0;
    const scrolls = pane.parentElement?.closest('[role=region], [role=tabpanel], [data-reader]');
    if (shown && !scrolls && (left < -1 || right > innerWidth + 1 || top < -1 || bottom > innerHeight + 1))
      wrong.push(`${pane.localName} ${pane.getAttribute('aria-label') ?? ''} is out of the window`);
  }
  for (const list of document.querySelectorAll('[role=listbox]')) {
    // An address that has been heard from has a small line of ours below its name.
    const rows = Object.groupBy(list.querySelectorAll('[role=option]'), (row) =>
      row.querySelector('.health') ? 'with a line' : 'plain',
    );
    for (const [kind, alike] of Object.entries(rows)) {
      const heights = new Set(alike.map((row) => row.clientHeight));
      if (heights.size > 1) wrong.push(`${kind} rows are ${[...heights].join(', ')} high`);
    }
  }
  return wrong;
})();
