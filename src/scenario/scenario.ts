// What a scenario is: a reproducible set-up of a published measurement or of one mechanism, with
// ours beside theirs.

import { OBJECT, expectShape, expectText } from '../check/index.ts';

/** One line of a scenario's outcome: names and values, as the JSON has them. */
export type ScenarioRow = Readonly<Record<string, string | number | boolean | null>>;

/** Who exits first. */
export const EXIT_ORDERS = ['fifo', 'lifo', 'random'] as const;
export type ExitOrder = (typeof EXIT_ORDERS)[number];

/** What can be set from outside; a scenario that sets up a published measurement takes none of it. */
export interface ScenarioOptions {
  readonly containers: number;
  readonly order: ExitOrder;
  /** Memory of a container, about. */
  readonly mib: number;
  readonly seed: number;
}

/** A published measurement or a question, run again (`guestmem scenario`). */
export interface Scenario {
  /** For the command line. */
  readonly name: string;
  /** What it shows, for lists. */
  readonly sentence: string;
  /** Options that it takes; each has a default. */
  readonly takes?: readonly (keyof ScenarioOptions)[];
  /** Its containers are in guests of their own: what one guest can hold is no limit. */
  readonly hasManyGuests?: true;
  /** Runs it; the same rows every time. What takes long tells how far it is. */
  run(
    options?: Partial<ScenarioOptions>,
    told?: Told,
  ): readonly ScenarioRow[] | Promise<readonly ScenarioRow[]>;
}

/** Hears of runs that are done, and how many there are. */
export type Told = (done: number, total: number) => void;

type Rows = ScenarioRow | readonly ScenarioRow[];

/** The rows of one run after the other. */
export async function rowsOf<Run>(
  runs: readonly Run[],
  of: (run: Run) => Rows | Promise<Rows>,
  told?: Told,
): Promise<ScenarioRow[]> {
  const rows: ScenarioRow[] = [];
  for (const [at, run] of runs.entries()) {
    told?.(at, runs.length);
    rows.push(...[await of(run)].flat());
  }
  return rows;
}

function cell(value: ScenarioRow[string] | undefined): string {
  if (typeof value === 'object' && value !== null) expectText('cell', value);
  if (typeof value !== 'number' || Number.isInteger(value)) return String(value ?? '-');
  return value.toPrecision(4);
}

/** The rows as a table of text, numbers to the right. */
export function scenarioTable(rows: readonly ScenarioRow[]): string {
  const names = Object.keys(expectShape('rows', rows, [OBJECT])[0] ?? {});
  const lines = [names, ...rows.map((row) => names.map((name) => cell(row[name])))];
  const widths = names.map((_, at) => Math.max(...lines.map((line) => (line[at] ?? '').length)));
  const isText = names.map((name) => typeof rows[0]?.[name] !== 'number');
  return lines
    .map((line) =>
      line
        .map((text, at) => {
          const width = widths[at] ?? 0;
          return isText[at] === true ? text.padEnd(width) : text.padStart(width);
        })
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}
