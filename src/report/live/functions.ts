/** The table of functions: of any system, with those whose name has some letters. */
import type { Table } from '../figure/spec.ts';
import type { FunctionData } from '../page/functions.ts';
import { saveCsv } from './file.ts';
import { makeSortable, putTable } from './table.ts';

/** Rows of those that are looked for; all of a trace of thousands would be slow to lay out. */
const ROWS_MAX = 500;

/** Functions of a system whose name has the letters, most calls first. */
export function functionTable(
  { names, columns, systems }: FunctionData,
  system: string,
  letters: string,
): Table {
  const values = systems[system] ?? [];
  const wanted = letters.trim().toLowerCase();
  const found = names
    .map((_, at) => at)
    .filter((at) => names[at]!.toLowerCase().includes(wanted))
    .toSorted((a, b) => values[0]![b]! - values[0]![a]!);
  return {
    columns: ['function', ...columns.map(({ head }) => head)],
    rows: found.map((at) => [
      { value: names[at]! },
      ...columns.map(({ unit }, column) => ({ value: values[column]![at]!, unit })),
    ]),
  };
}

export function liveFunctions(data: FunctionData): void {
  const box = document.querySelector<HTMLElement>('#functions-table');
  const system = document.querySelector<HTMLSelectElement>('#functions-system');
  const search = document.querySelector<HTMLInputElement>('#functions-search');
  const count = document.querySelector<HTMLOutputElement>('#functions-count');
  const csv = document.querySelector<HTMLButtonElement>('#functions-csv');
  if (box === null || system === null || search === null || count === null || csv === null) return;
  const table = (): Table => functionTable(data, system.value, search.value);
  const show = (): void => {
    const { columns, rows } = table();
    const more = rows.length > ROWS_MAX ? `, the first ${ROWS_MAX} are shown` : '';
    count.value = `${rows.length} of ${data.names.length}${more}`;
    makeSortable(
      putTable(box, `${system.value}: its functions`, { columns, rows: rows.slice(0, ROWS_MAX) }),
    );
  };
  system.addEventListener('change', show);
  search.addEventListener('input', show);
  csv.addEventListener('click', () => saveCsv(`functions-${system.value}`, table()));
  show();
}
