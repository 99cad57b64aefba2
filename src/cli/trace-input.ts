// What the commands of `guestmem trace` share: the trace that they are given, and words for what the library refuses.

import { join } from 'node:path';
import { SYSTEM_FILES, type Trace, type TraceSource, loadTrace } from '../trace/index.ts';
import { telling } from './apart.ts';
import { columns, wholeNumber } from './argument.ts';
import { UsageError } from './fault.ts';

export interface InputFlags {
  readonly seed: string;
  /** A number of minutes, or of `sample` a window. */
  readonly minutes?: string;
  readonly columns?: string;
}

export const SEED_HELP = 'seed of what is drawn: instants and durations that a trace does not have';

/** Bytes of all files that a path leads to. */
function bytesIn(path: string): number {
  const { look, names } = SYSTEM_FILES;
  const { kind, size } = look(path);
  if (kind !== 'folder') return size;
  return names(path).reduce((sum, name) => sum + look(join(path, name)).size, 0);
}

/** The system's files; hears how many of their bytes have become calls. */
export function toldFiles(
  path: string,
  told: (done: number, total: number) => void = telling('bytes'),
): TraceSource {
  let [total, done, begun]: [number | undefined, number, number] = [undefined, 0, 0];
  return {
    ...SYSTEM_FILES,
    read: (file) => {
      total ??= bytesIn(path);
      done += begun;
      begun = SYSTEM_FILES.look(file).size;
      told(Math.min(done, total), total);
      return SYSTEM_FILES.read(file);
    },
    taken: (_, share) => {
      if (total !== undefined) told(Math.min(done + share * begun, total), total);
    },
  };
}

export async function inputOf(path: string, flags: InputFlags, isCut: boolean): Promise<Trace> {
  const { minutes } = flags;
  const limit = isCut && minutes !== undefined ? wholeNumber('--minutes', minutes, 1) : undefined;
  const seed = wholeNumber('--seed', flags.seed, 0);
  const files = toldFiles(path);
  return loadTrace(path, { seed, minutes: limit, columns: columns(flags.columns), files });
}

export const STRICT_HELP: string =
  'refuse a trace in which rows are merged, or figures filled in or changed';

/** What --strict is for: no trace in which rows were merged, or figures filled in or changed. */
export function refuseRepaired(
  { name, firstQuirks = {} }: Pick<Trace, 'name' | 'firstQuirks'>,
  repairs: Readonly<Record<string, number | undefined>>,
  path: string = name,
): void {
  const found = Object.entries(repairs).filter(([, count = 0]) => count > 0);
  if (found.length === 0) return;
  const kinds = found.map(([kind, count]) => {
    const first = firstQuirks[kind as keyof typeof firstQuirks];
    if (first === undefined) return `${kind} ${count}`;
    const line = first.line === undefined ? '' : `, line ${first.line}`;
    return `${kind} ${count} (first in ${first.file}${line})`;
  });
  const expected = 'a trace without repairs (--strict)';
  throw new UsageError(`${path}: expected ${expected}, found ${kinds.join('; ')}`);
}

/** Options by the library's names for them. */
const OPTIONS: Readonly<Record<string, string>> = {
  trace: 'trace',
  functions: '--functions',
  functionCount: '--functions',
  share: '--share',
  fromMinute: '--minutes',
  toMinute: '--minutes',
  minutes: '--minutes',
  perMinute: '--rate',
  busy: '--busy',
  'popular.perMinute': '--busy',
};

/** What the library says of an argument, said of the option. */
export function saidOfOptions<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    const [, name = '', rest = ''] =
      error instanceof RangeError ? (/^([\w.]+): (.*)$/s.exec(error.message) ?? []) : [];
    const option = OPTIONS[name];
    if (option === undefined) throw error;
    throw new UsageError(`${option}: ${rest}`);
  }
}
