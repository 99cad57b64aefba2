// xterm.js, which is the user's as v86 is, under a policy that lets no style stand in the document: what it writes into style elements
// goes into sheets made by hand.

import type { Terminal } from '@xterm/xterm';

const COLUMNS = 80;
const ROWS = 24;

/** In a style element's place: what is written into it is a sheet of the document. */
function sheetElement(create: typeof document.createElement): HTMLElement {
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets.push(sheet);
  return Object.defineProperty(create('template'), 'textContent', {
    set: (text: string) => {
      sheet.replaceSync(text);
    },
  });
}

/** While `act` runs, no style element is made. */
function withSheets(act: () => void): void {
  const create = document.createElement.bind(document);
  Object.assign(document, {
    createElement: (name: string) => (name === 'style' ? sheetElement(create) : create(name)),
  });
  act();
  Reflect.deleteProperty(document, 'createElement');
}

/** A terminal in an element; `typed` is told what is typed. */
export async function openTerminal(
  root: HTMLElement,
  typed: (text: string) => void,
): Promise<Terminal> {
  const script = new URL('xterm/xterm.mjs', document.baseURI).href;
  const xterm = (await import(/* @vite-ignore */ script)) as typeof import('@xterm/xterm');
  const terminal = new xterm.Terminal({
    cols: COLUMNS,
    rows: ROWS,
    fontSize: 13,
    convertEol: true,
  });
  withSheets(() => terminal.open(root));
  terminal.onData(typed);
  return terminal;
}
