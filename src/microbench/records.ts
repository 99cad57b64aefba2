// Records of microbenchmarks, and two sides of them beside each other.

import { LIST, expectList, expectShape, expectText } from '../check/index.ts';
import { type BenchResult, type Spread, spreadOf } from './microbench.ts';

/** A record that is none, or runs of one side that did not do the same. */
export class BenchRecordError extends Error {
  override readonly name: string = 'BenchRecordError';
}

/** What `guestmem bench --json` prints and `bench compare` reads. */
export interface BenchRecord {
  /** The version of this shape. */
  readonly schema: 1;
  /** How it was called. */
  readonly command: readonly string[];
  /** Of guestmem, the core and its ABI, and the runtime. */
  readonly versions: Readonly<Record<string, string | number>>;
  /** Memory of the guest, in frames of 4 KiB. */
  readonly guestFrames: number;
  /** File of policies of one's own. */
  readonly policy: string | undefined;
  /** File of a core of one's own. */
  readonly core?: string | undefined;
  /** The machine's, as the system calls it. */
  readonly cpu: string;
  /** What was measured. */
  readonly benches: readonly BenchResult[];
}

/** A bench that both sides have. CPU time of an operation in ns. */
export interface ComparedBench {
  /** Of the bench. */
  readonly name: string;
  /** What an operation is. */
  readonly operation: string;
  /** Over the runs of the first side, and the state that each of them left. */
  readonly a: Spread & { readonly hash: string };
  /** The second side's. */
  readonly b: Spread & { readonly hash: string };
  /** B's time over A's of the same turn: load that comes and goes falls on both. */
  readonly ratio: Spread;
  /** Both computed the same; without it their times say nothing. */
  readonly isEqual: boolean;
}

/** What is compared of a row. */
function isRow(one: unknown): one is BenchResult {
  if (typeof one !== 'object' || one === null) return false;
  const { name, nsPerOperation, hash } = one as Partial<BenchResult>;
  const isTimed = typeof nsPerOperation === 'number' && Number.isFinite(nsPerOperation);
  return typeof name === 'string' && isTimed && typeof hash === 'string';
}

/** The record in a text; `from` stands in messages. Throws BenchRecordError. */
export function parseBenchRecord(text: string, from: string): BenchRecord {
  const expected = `${expectText('from', from)}: expected what guestmem bench --json prints`;
  let record: Partial<BenchRecord> | null;
  try {
    record = JSON.parse(expectText('text', text)) as Partial<BenchRecord> | null;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new BenchRecordError(`${expected}: ${error.message.split('\n')[0]}`);
  }
  const rows = record?.schema === 1 ? record.benches : undefined;
  if (Array.isArray(rows) && rows.every(isRow)) return record as BenchRecord;
  throw new BenchRecordError(expected);
}

/** One bench in all runs of a side, if each has it. */
function runsOf(records: readonly BenchRecord[], name: string): readonly BenchResult[] | undefined {
  const runs = records.flatMap(({ benches }) => benches.filter((one) => one.name === name));
  if (runs.length < records.length) return undefined;
  if (runs.every(({ hash }) => hash === runs[0]?.hash)) return runs;
  throw new BenchRecordError(`${name}: two runs of one side came to different states`);
}

/** Over runs; of one record alone, over its own. */
function sideOf(runs: readonly BenchResult[]): ComparedBench['a'] {
  const [first] = runs as [BenchResult];
  const { hash, nsPerOperation: median, lowestNs: lowest, highestNs: highest } = first;
  if (runs.length === 1) return { median, lowest, highest, hash };
  return { ...spreadOf(runs.map(({ nsPerOperation }) => nsPerOperation)), hash };
}

function expectRecords(side: string, records: readonly BenchRecord[]): void {
  expectList(side, records);
  for (const [at, record] of records.entries()) {
    expectShape(`${side}[${at}]`, record, { benches: LIST });
    if (!record.benches.every(isRow))
      throw new BenchRecordError(`${side}[${at}]: expected benches`);
  }
}

/**
 * Benches that both sides have, turn by turn: as many records of each, in the order in which they were made
 * (`guestmem bench compare A B`). Throws BenchRecordError where runs of a side came to different states.
 */
export function compareBenches(
  first: readonly BenchRecord[],
  second: readonly BenchRecord[],
): ComparedBench[] {
  expectRecords('first', first);
  expectRecords('second', second);
  const names = first[0]?.benches.map(({ name }) => name) ?? [];
  return names.flatMap((name) => {
    const [one, other] = [runsOf(first, name), runsOf(second, name)];
    if (one === undefined || other === undefined || other.length === 0) return [];
    const [a, b] = [sideOf(one), sideOf(other)];
    const ratios = other.map(({ nsPerOperation }, turn) => {
      const { nsPerOperation: before } = one[Math.min(turn, one.length - 1)] as BenchResult;
      return nsPerOperation / before;
    });
    const { operation } = one[0] as BenchResult;
    return [{ name, operation, a, b, ratio: spreadOf(ratios), isEqual: a.hash === b.hash }];
  });
}
