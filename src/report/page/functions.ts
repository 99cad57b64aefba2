/** The functions of one system in a table; the script shows those of any, sorts them and looks for names. */
import { escaped } from '../../check/index.ts';
import { escapeHtml } from '../escape.ts';
import type { Cell, Unit } from '../figure/spec.ts';
import type { FunctionResult, Results } from '../results.ts';
import { paragraph, section, tableHtml } from './html.ts';

/** Columns as the page's script has them: a list of numbers each, one a function. */
export type FunctionData = {
  readonly names: readonly string[];
  readonly columns: readonly { readonly head: string; readonly unit: Unit }[];
  /** By system, by column. */
  readonly systems: Readonly<Record<string, readonly (readonly number[])[]>>;
};

type Read = readonly [head: string, unit: Unit, read: (one: FunctionResult) => number];

function callsOf({ cold, warm, queued, refused }: FunctionResult): number {
  return cold + warm + queued + refused;
}

const COLUMNS: readonly Read[] = [
  ['calls', 'count', callsOf],
  ['cold', 'count', ({ cold }) => cold],
  ['cold of calls', 'share', (one) => one.cold / Math.max(1, callsOf(one))],
  ['start-up', 'ms', ({ startupMs }) => startupMs],
  ['sandbox', 'ms', ({ sandboxMs }) => sandboxMs],
  ['slower', 'share', ({ slowdown }) => slowdown - 1],
  ['GiB·s', 'number', ({ footprintGiBSeconds }) => footprintGiBSeconds],
  ['idle hours', 'number', ({ idleSeconds }) => idleSeconds / 3600],
  ['wasted', 'gibSeconds', ({ wastedGiBSeconds }) => wastedGiBSeconds],
];

const DIGITS = 6;

/** All systems have the same functions, or some more or less of them: rows go by their places in the trace. */
export function functionData({ systems }: Results): FunctionData {
  const names = new Map(
    systems.flatMap(({ functions }) => functions.map(({ id, name }) => [id, name] as const)),
  );
  const ids = [...names.keys()].toSorted((a, b) => a - b);
  const columnsOf = (rows: readonly FunctionResult[]): number[][] => {
    const byId = new Map(rows.map((one) => [one.id, one]));
    return COLUMNS.map(([, , read]) =>
      ids.map((id) => {
        const one = byId.get(id);
        return one === undefined ? 0 : Number(read(one).toPrecision(DIGITS));
      }),
    );
  };
  return {
    names: ids.map((id) => escaped(names.get(id)!)),
    columns: COLUMNS.map(([head, unit]) => ({ head, unit })),
    systems: Object.fromEntries(systems.map(({ name, functions }) => [name, columnsOf(functions)])),
  };
}

/** Without the script: those with the most calls. */
const SHOWN = 25;

export function functionSection({ names, columns, systems }: FunctionData): string {
  const [[first, values] = ['', []]] = Object.entries(systems);
  const order = names.map((_, at) => at).toSorted((a, b) => values[0]![b]! - values[0]![a]!);
  const rows = order
    .slice(0, SHOWN)
    .map((at): Cell[] => [
      { value: names[at]! },
      ...columns.map(({ unit }, column) => ({ value: values[column]![at]!, unit })),
    ]);
  const options = Object.keys(systems).map((name) => `<option>${escapeHtml(name)}</option>`);
  const choices = `<p class="choices" hidden><label for="functions-system">System</label> <select id="functions-system">${options.join('')}</select> <label for="functions-search">Search</label> <input id="functions-search" type="search" placeholder="name of a function" spellcheck="false"> <output id="functions-count" for="functions-search"></output> <button type="button" id="functions-csv">CSV</button></p>`;
  const caption =
    names.length > rows.length
      ? `${first}: the ${rows.length} functions with the most calls, of ${names.length}`
      : `${first}: its functions`;
  const heads = [{ head: 'function' }, ...columns.map(({ head }) => ({ head }))];
  return section(
    'functions',
    'Functions',
    paragraph(
      'What each function of the trace got. Memory is what was held for its own VMs: templates and the host’s copies of files are nobody’s.',
    ),
    choices,
    `<div id="functions-table">${tableHtml(caption, heads, rows)}</div>`,
  );
}
