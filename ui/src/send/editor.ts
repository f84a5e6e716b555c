// The editor of a body: CodeMirror with the few parts that a payload needs. It lives in a shadow root, because there its
// styles are sheets of their own and not the <style> elements that the window's content policy refuses.
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { bracketMatching, HighlightStyle, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { Compartment, EditorState, StateEffect, StateField } from '@codemirror/state';
import {
  Decoration,
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { Problem } from './json';

export interface Editor {
  /** Replaces the text, as a step that can be undone. */
  put: (text: string) => void;
  /** Marks where the text is wrong. */
  mark: (problem: Problem | undefined) => void;
  /** Goes to a place and takes the focus. */
  jump: (at: number) => void;
  writable: (on: boolean) => void;
  destroy: () => void;
}

interface Options {
  parent: ShadowRoot;
  text: string;
  label: string;
  onchange: (text: string) => void;
  onsend: () => void;
  onleave: () => void;
}

const theme = EditorView.theme({
  '&': { height: '100%', color: 'var(--ink)', backgroundColor: 'var(--paper)', fontSize: '12.5px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '19px' },
  '.cm-content': { caretColor: 'var(--ink)', padding: '6px 0' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-gutters': { backgroundColor: 'var(--paper)', color: 'var(--ink-3)', border: 'none' },
  '.cm-lineNumbers .cm-gutterElement': { padding: '0 10px 0 14px', minWidth: '44px' },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--ink) 3%, transparent)' },
  '.cm-activeLineGutter': { backgroundColor: 'transparent', color: 'var(--ink)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--accent-soft)',
  },
  '&.cm-focused .cm-matchingBracket': {
    backgroundColor: 'transparent',
    outline: '1px solid var(--line-strong)',
  },
  '.cm-specialChar': { color: 'var(--bad)' },
  '.wrong': {
    textDecoration: 'underline wavy var(--bad) 1px',
    textUnderlineOffset: '3px',
    backgroundColor: 'var(--bad-soft)',
  },
  '.wrong-line': { boxShadow: 'inset 2px 0 var(--bad)' },
});

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--accent)' },
  { tag: tags.string, color: 'var(--ink)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--good)' },
  { tag: [tags.separator, tags.punctuation, tags.squareBracket, tags.brace], color: 'var(--ink-3)' },
]);

const marking = StateEffect.define<Problem | undefined>();
const marked = StateField.define({
  create: () => Decoration.none,
  update(known, transaction) {
    let now = known.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(marking)) continue;
      const problem = effect.value;
      if (!problem) {
        now = Decoration.none;
        continue;
      }
      const length = transaction.state.doc.length;
      const from = Math.min(problem.from, length);
      const to = Math.min(Math.max(problem.to, from), length);
      const line = transaction.state.doc.lineAt(from);
      const parts = [Decoration.line({ class: 'wrong-line' }).range(line.from)];
      if (to > from) parts.push(Decoration.mark({ class: 'wrong' }).range(from, to));
      now = Decoration.set(parts);
    }
    return now;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/**
 * Chromium replaces a selection by typing with a styled element, which the window's content policy refuses and the editor
 * takes out again. So what is typed over a selection is put there by the editor itself.
 */
function replaceBySelf(event: InputEvent, view: EditorView): boolean {
  const text = event.inputType === 'insertText' ? event.data : null;
  if (!text || event.isComposing || view.state.selection.main.empty || view.state.readOnly) return false;
  event.preventDefault();
  view.dispatch(view.state.replaceSelection(text), { userEvent: 'input.type', scrollIntoView: true });
  return true;
}

export function createEditor({ parent, text, label, onchange, onsend, onleave }: Options): Editor {
  const writing = new Compartment();
  const own = keymap.of([
    { key: 'Mod-Enter', run: () => (onsend(), true) },
    { key: 'Escape', run: () => (onleave(), true) },
  ]);
  const view = new EditorView({
    root: parent,
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        own,
        lineNumbers(),
        highlightActiveLineGutter(),
        highlightActiveLine(),
        highlightSpecialChars({ addSpecialChars: /[\u202a-\u202e\u2066-\u2069]/ }),
        history(),
        drawSelection(),
        bracketMatching(),
        indentUnit.of('  '),
        json(),
        syntaxHighlighting(colours),
        EditorView.lineWrapping,
        keymap.of([...defaultKeymap, ...historyKeymap]),
        marked,
        theme,
        writing.of(EditorState.readOnly.of(false)),
        EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false', tabindex: '0' }),
        EditorView.domEventHandlers({ beforeinput: replaceBySelf }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onchange(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    put(text) {
      if (text === view.state.doc.toString()) return;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    mark: (problem) => view.dispatch({ effects: marking.of(problem) }),
    jump(at) {
      const anchor = Math.min(at, view.state.doc.length);
      view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) });
      view.focus();
    },
    writable: (on) => view.dispatch({ effects: writing.reconfigure(EditorState.readOnly.of(!on)) }),
    destroy: () => view.destroy(),
  };
}
