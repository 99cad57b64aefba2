/** Tables in the page: made from figures, sorted by their heads. */
import { type Cell, type Table, cellText } from '../figure/spec.ts';

function cellOf(tag: 'td' | 'th', text: string): HTMLTableCellElement {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

/** Takes the place of what is in `box`. */
export function putTable(
  box: HTMLElement,
  caption: string,
  { columns, rows }: Table,
): HTMLTableElement {
  const table = document.createElement('table');
  table.createCaption().textContent = caption;
  const head = table.createTHead().insertRow();
  for (const column of columns) {
    const cell = cellOf('th', column);
    cell.scope = 'col';
    head.append(cell);
  }
  const body = table.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    row.forEach((cell: Cell, at) => {
      const made = cellOf(at === 0 ? 'th' : 'td', cellText(cell));
      if (at === 0) made.scope = 'row';
      if (typeof cell.value === 'number') made.dataset['v'] = String(cell.value);
      line.append(made);
    });
  }
  const scroll = document.createElement('div');
  scroll.className = 'scroll';
  scroll.tabIndex = 0;
  scroll.setAttribute('role', 'region');
  scroll.setAttribute('aria-label', caption);
  scroll.append(table);
  box.replaceChildren(scroll);
  return table;
}

function keyOf(row: HTMLTableRowElement, column: number): number | string {
  const cell = row.cells[column]!;
  const told = cell.dataset['v'];
  if (told !== undefined) return Number(told);
  return cell.textContent === '-' ? Number.POSITIVE_INFINITY : cell.textContent;
}

function compare(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), 'en', { numeric: true });
}

function sortBy(table: HTMLTableElement, column: number): void {
  const head = table.tHead!.rows[0]!.cells[column]!;
  const isUp = head.getAttribute('aria-sort') !== 'ascending';
  for (const cell of table.tHead!.rows[0]!.cells) cell.removeAttribute('aria-sort');
  head.setAttribute('aria-sort', isUp ? 'ascending' : 'descending');
  const body = table.tBodies[0]!;
  const sign = isUp ? 1 : -1;
  const rows = [...body.rows].toSorted(
    (a, b) => sign * compare(keyOf(a, column), keyOf(b, column)),
  );
  body.append(...rows);
}

/** Its heads become buttons. What a head says on hover it still says. */
export function makeSortable(table: HTMLTableElement): void {
  [...table.tHead!.rows[0]!.cells].forEach((head, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    const term = head.querySelector('a');
    if (term !== null) button.title = term.title;
    button.textContent = head.textContent === '' ? 'name' : head.textContent;
    button.addEventListener('click', () => sortBy(table, column));
    head.replaceChildren(button);
  });
}
