// Records of guestmem bench: what --json prints, and two of them beside each other.

import { readFileSync } from 'node:fs';
import { utf8Of } from '../check/index.ts';
import {
  type BenchRecord,
  type BenchResult,
  compareBenches,
  parseBenchRecord,
} from '../microbench/index.ts';
import { alignRows, formatCount } from '../report/index.ts';
import { UsageError, firstLine } from './fault.ts';

/** The record in a file. Throws UsageError, BenchRecordError. */
export function recordIn(file: string): BenchRecord {
  let text: string | undefined;
  try {
    text = utf8Of(readFileSync(file));
  } catch (error) {
    throw new UsageError(`${file}: cannot be read: ${firstLine(error)}`);
  }
  if (text === undefined) throw new UsageError(`${file}: expected UTF-8 text, found other bytes`);
  return parseBenchRecord(text, file);
}

export function countsText({ counts = {} }: Partial<Pick<BenchResult, 'counts'>>): string {
  return Object.entries(counts)
    .map(([name, value]) => `${name} ${formatCount(value)}`)
    .join(', ');
}

/** Rows of two records, those that both have; a hash that differs says that they did different things. */
export function comparison(before: BenchRecord, after: BenchRecord): string {
  const rows = compareBenches([before], [after]).map(({ name, a, b, ratio, isEqual }) => {
    const isApart = b.lowest > a.highest || b.highest < a.lowest;
    const own = after.benches.find((one) => one.name === name) ?? {};
    return [
      name,
      formatCount(Math.round(a.median)),
      formatCount(Math.round(b.median)),
      `${ratio.median.toFixed(2)}x`,
      isApart ? 'apart' : 'overlap',
      isEqual ? 'equal' : 'other',
      countsText(own),
    ];
  });
  const head = ['bench', 'ns of A', 'ns of B', 'B / A', 'runs', 'state', 'counts of B'];
  return `${alignRows([head, ...rows])}\n`;
}
