// Files in a browser: chosen in its dialog or dropped onto the page, and packed for sending. The desktop has its own way.

/** A file, and its name with the folders it stands in. */
export interface Chosen {
  name: string;
  file: File;
}

/** What a folder holds beside what people put into it; the program passes it over too. */
const isHidden = (name: string): boolean =>
  name.includes('/') && name.split('/').some((part) => part.startsWith('.') || part === '__MACOSX');

/** The browser's dialog; empty when the person closed it. */
export function choose(what: 'files' | 'folder'): Promise<Chosen[]> {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  input.webkitdirectory = what === 'folder';
  return new Promise((resolve) => {
    input.oncancel = () => resolve([]);
    input.onchange = () =>
      resolve([...(input.files ?? [])].map((file) => ({ name: file.webkitRelativePath || file.name, file })));
    input.click();
  });
}

/** A line that announces names and sizes, then the files. A blob of files holds none of their bytes. */
export function parcel(files: Chosen[]): Blob {
  const wanted = files.filter(({ name }) => !isHidden(name)).sort((a, b) => (a.name < b.name ? -1 : 1));
  const list = wanted.map(({ name, file }) => ({ name, size: file.size }));
  return new Blob([`${JSON.stringify(list)}\n`, ...wanted.map(({ file }) => file)]);
}

/** Watches for files that are dropped anywhere onto the page. */
export function watchDrops(
  hanging: (hangs: boolean) => void,
  dropped: (files: Promise<Chosen[]>) => void,
): () => void {
  // Moving from one element onto another enters the second before it leaves the first.
  let depth = 0;
  const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
  const ends = new AbortController();
  const on = (name: 'dragenter' | 'dragover' | 'dragleave' | 'drop', react: (event: DragEvent) => void) =>
    window.addEventListener(
      name,
      (event) => {
        if (!holdsFiles(event)) return;
        event.preventDefault();
        react(event);
      },
      { signal: ends.signal },
    );
  on('dragenter', () => hanging(++depth > 0));
  on('dragover', () => {});
  on('dragleave', () => hanging(--depth > 0));
  on('drop', (event) => {
    depth = 0;
    hanging(false);
    // The list is emptied when this event is over, so everything in it is taken hold of first.
    const items = [...(event.dataTransfer?.items ?? [])];
    const held = items.map((item) => item.webkitGetAsEntry() ?? item.getAsFile());
    const found = held.filter((each) => each !== null);
    dropped(
      Promise.all(
        found.map((each) => (each instanceof File ? [{ name: each.name, file: each }] : filesOf(each))),
      ).then((files) => files.flat()),
    );
  });
  return () => ends.abort();
}

/** The file of an entry, or all that a folder holds, one after another: a folder may hold very many. */
async function filesOf(entry: FileSystemEntry): Promise<Chosen[]> {
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    return [{ name: entry.fullPath.replace(/^\//, ''), file }];
  }
  if (!isFolder(entry)) return [];
  const reader = entry.createReader();
  const found: Chosen[] = [];
  for (;;) {
    // A reader gives a hundred entries at a time, and none at the end.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return found;
    for (const each of some) for (const file of await filesOf(each)) found.push(file);
  }
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;
