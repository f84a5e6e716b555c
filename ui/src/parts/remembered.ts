// Small preferences of the window (widths, theme), kept where the page is shown. Nothing of the archive.
const prefix = 'afterchat.';

/** A page that may not store anything still works; it only forgets. */
export function remembered(name: string) {
  return {
    read(): string | null {
      try {
        return localStorage.getItem(prefix + name);
      } catch {
        return null;
      }
    },
    write(value: string): void {
      try {
        localStorage.setItem(prefix + name, value);
      } catch {
        // Private windows may refuse; the preference then lasts as long as the page.
      }
    },
  };
}
