// Records of guestmem bench: what --json prints, and two of them beside each other.

import { readFileSync } from 'node:fs';
import { utf8Of } from '../check/index.ts';
import type { BenchResult } from '../microbench/index.ts';
import { alignRows, formatCount } from '../report/index.ts';
import { UsageError } from './fault.ts';

/** What `--json` prints and `compare` reads. */
export interface BenchRecord {
  readonly schema: 1;
  readonly command: readonly string[];
  readonly versions: Readonly<Record<string, string | number>>;
  readonly guestFrames: number;
  readonly policy: string | undefined;
  /** File of a core of somebody's own. */
  readonly core?: string | undefined;
  readonly cpu: string;
  readonly benches: readonly BenchResult[];
}

/** What is compared of a row. */
function isRow(one: unknown): one is BenchResult {
  if (typeof one !== 'object' || one === null) return false;
  const { name, nsPerOperation, hash } = one as Partial<BenchResult>;
  const isTimed = typeof nsPerOperation === 'number' && Number.isFinite(nsPerOperation);
  return typeof name === 'string' && isTimed && typeof hash === 'string';
}

/** The record that stands in a text. Throws UsageError. */
export function recordOf(text: string, from: string): BenchRecord {
  const expected = `${from}: expected what guestmem bench --json prints`;
  let record: Partial<BenchRecord> | null;
  try {
    record = JSON.parse(text) as Partial<BenchRecord> | null;
  } catch (error) {
    throw new UsageError(`${expected}: ${firstLine(error)}`);
  }
  const rows = record?.schema === 1 ? record.benches : undefined;
  if (Array.isArray(rows) && rows.every(isRow)) return record as BenchRecord;
  throw new UsageError(expected);
}

function firstLine(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] as string) : String(error);
}

/** The record in a file. Throws UsageError. */
export function recordIn(file: string): BenchRecord {
  let text: string | undefined;
  try {
    text = utf8Of(readFileSync(file));
  } catch (error) {
    throw new UsageError(`${file}: cannot be read: ${firstLine(error)}`);
  }
  if (text === undefined) throw new UsageError(`${file}: expected UTF-8 text, found other bytes`);
  return recordOf(text, file);
}

export function countsText({ counts = {} }: Partial<Pick<BenchResult, 'counts'>>): string {
  return Object.entries(counts)
    .map(([name, value]) => `${name} ${formatCount(value)}`)
    .join(', ');
}

/** Rows of two records, those that both have; a hash that differs says that they did different things. */
export function comparison(before: BenchRecord, after: BenchRecord): string {
  const rows = after.benches.flatMap((one) => {
    const other = before.benches.find(({ name }) => name === one.name);
    if (other === undefined) return [];
    const ratio = one.nsPerOperation / other.nsPerOperation;
    const isApart = one.lowestNs > other.highestNs || one.highestNs < other.lowestNs;
    const same = one.hash === other.hash ? 'equal' : 'other';
    return [
      [
        one.name,
        formatCount(Math.round(other.nsPerOperation)),
        formatCount(Math.round(one.nsPerOperation)),
        `${ratio.toFixed(2)}x`,
        isApart ? 'apart' : 'overlap',
        same,
        countsText(one),
      ],
    ];
  });
  const head = ['bench', 'ns of A', 'ns of B', 'B / A', 'runs', 'state', 'counts of B'];
  return `${alignRows([head, ...rows])}\n`;
}
