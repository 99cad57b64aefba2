// Every fuzzer, each in a process of its own: one that hangs or dies ends alone. A table tells at the end what each did.

import type { FuzzEnd, FuzzOptions, FuzzOutcome } from './run.ts';

/** One fuzzer's run. */
export interface Part {
  readonly name: string;
  readonly options: FuzzOptions;
}

export interface PartEnd {
  /** What the process told of its run; the seconds are of CPU time. */
  readonly outcome?: FuzzOutcome & { readonly seconds: number };
  /** How it ended before it could. */
  readonly death?: string;
  /** Commands that show again what went wrong. */
  readonly again: readonly string[];
}

export interface AllWorld {
  /** Any clock, in seconds. */
  readonly clock: () => number;
  readonly write: (text: string) => void;
  readonly part: (part: Part) => Promise<PartEnd>;
}

/** What one fuzzer gets of the time, as a weight. */
export interface Entry {
  readonly name: string;
  readonly weight: number;
}

export interface AllOptions {
  readonly seed: number;
  /** CPU time in a night, else by the clock; 0 is one round of each. */
  readonly seconds: number;
  readonly isNight: boolean;
}

/** Some cases at least, in seconds, when the fuzzers before have taken all the time. */
const SHARE_LEAST = 0.5;

interface Row extends PartEnd {
  readonly name: string;
  readonly wallSeconds: number;
}

/** Whether none found anything; all run, whatever one comes to. Each gets its share, by weight, of what is left of the time. */
export async function runAll(
  entries: readonly Entry[],
  options: AllOptions,
  world: AllWorld,
): Promise<boolean> {
  const rows: Row[] = [];
  let left = options.seconds;
  for (const [index, { name, weight }] of entries.entries()) {
    const sum = entries.slice(index).reduce((weights, entry) => weights + entry.weight, 0);
    const share = Math.max((left * weight) / sum, SHARE_LEAST);
    const start = world.clock();
    const end = await world.part({ name, options: optionsOf(options, share) });
    const wallSeconds = world.clock() - start;
    rows.push({ ...end, name, wallSeconds });
    left -= options.isNight ? (end.outcome?.seconds ?? wallSeconds) : wallSeconds;
  }
  world.write(tableOf(rows, options));
  return rows.every(({ outcome }) => outcome?.isSound === true);
}

function optionsOf({ seed, seconds, isNight }: AllOptions, share: number): FuzzOptions {
  if (isNight) return { seed, end: { isNight, atMost: share } };
  const end: FuzzEnd = { seconds: seconds === 0 ? 0 : share };
  return { seed, end, mayMiss: true };
}

const HEAD = ['fuzzer', 'ended', 'cases', 'CPU s', 'wall s', 'tried'];

function tableOf(rows: readonly Row[], { seed, isNight }: AllOptions): string {
  const cells = [HEAD, ...rows.map((row) => cellsOf(row, isNight))];
  const widths = HEAD.map((_, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0)));
  const lines = cells.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const cpu = rows.reduce((sum, { outcome }) => sum + (outcome?.seconds ?? 0), 0);
  const wall = rows.reduce((sum, { wallSeconds }) => sum + wallSeconds, 0);
  const total = `all: ${cpu.toFixed(0)} s of CPU time in ${wall.toFixed(0)} s from seed ${seed}`;
  return [...lines, total, ...rows.flatMap(({ again }) => again), ''].join('\n');
}

function cellsOf({ name, outcome, death, wallSeconds }: Row, isNight: boolean): string[] {
  const wall = wallSeconds.toFixed(1);
  if (outcome === undefined) return [name, death ?? 'no word', '-', '-', wall, ''];
  const { isSound, isShort, cases, seconds, tried } = outcome;
  const short = isNight && isShort ? 'short' : 'sound';
  const kinds = Object.entries(tried).filter(([what]) => what !== 'cases');
  const counts = kinds.map(([what, count]) => `${what} ${count}`);
  const ended = isSound ? short : 'FAILED';
  return [name, ended, String(cases), seconds.toFixed(1), wall, counts.join(', ')];
}
