// Elements by hand.

export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  text = '',
  className = '',
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  if (text !== '') made.textContent = text;
  if (className !== '') made.className = className;
  return made;
}

/** The element that the page has under an id. */
export function byId<Kind extends HTMLElement>(id: string): Kind {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found as Kind;
}

export function button(text: string, act: () => void, className = ''): HTMLButtonElement {
  const made = element('button', text, className);
  made.type = 'button';
  made.addEventListener('click', act);
  return made;
}

/** A table with a row of names, and of each row the first cell its name. */
export function fillTable(
  table: HTMLTableElement,
  names: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): void {
  const head = element('tr');
  for (const name of names) {
    const cell = element('th', name);
    cell.scope = 'col';
    head.append(cell);
  }
  const body = rows.map(([first = '', ...rest]) => {
    const row = element('tr');
    const title = element('th', String(first));
    title.scope = 'row';
    row.append(title, ...rest.map((value) => element('td', String(value))));
    return row;
  });
  table.replaceChildren(head, ...body);
}
