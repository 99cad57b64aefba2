// Runs the benches and tells: tables on stdout, a line in a history file.

import { appendFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { spawnSync } from 'node:child_process';
import { alignRows } from '../src/report/formats/table.ts';
import { buddyBench } from './buddy.bench.ts';
import { cloneBench } from './clone.bench.ts';
import { czoneBench } from './czone.bench.ts';
import type { BenchReport, BenchSize } from './measure.ts';
import { recordingBench } from './recording.bench.ts';
import { touchBench } from './touch.bench.ts';
import { traceBench } from './trace.bench.ts';

/** The benches by name. One that needs recordings answers undefined where there are none. */
export const BENCHES: Readonly<
  Record<string, (size: BenchSize, root: string) => Promise<BenchReport | undefined>>
> = {
  buddy: buddyBench,
  touch: touchBench,
  recording: recordingBench,
  clone: cloneBench,
  czone: czoneBench,
  trace: traceBench,
};

function hex(hash: number): string {
  return hash.toString(16).padStart(8, '0');
}

/** A report as text. */
export function reportText({ name, question, rows, ratios, hash }: BenchReport): string {
  const table = rows.map((row) => [
    row.name,
    row.nsPerOperation.toFixed(1),
    Math.round(1e9 / row.nsPerOperation).toLocaleString('en-US'),
    String(row.calls),
  ]);
  const lines = Object.entries(ratios).map(([what, value]) => `${what}: ${value.toFixed(2)}`);
  return [
    `${name}: ${question}`,
    alignRows([['', 'ns', 'a second', 'calls'], ...table]),
    ...lines,
    `hash ${hex(hash)}`,
    '',
  ].join('\n');
}

/** One line of the history: enough to compare it with another of the same CPU. */
export function historyLine(reports: readonly BenchReport[], commit: string): string {
  const benches = Object.fromEntries(
    reports.map(({ name, rows, ratios, hash }) => [
      name,
      {
        ns: Object.fromEntries(
          rows.map((row) => [row.name, Number(row.nsPerOperation.toFixed(2))]),
        ),
        ratios,
        hash: hex(hash),
      },
    ]),
  );
  const cpu = cpus()[0]?.model ?? '';
  return `${JSON.stringify({ commit, node: process.version, cpu, benches })}\n`;
}

function commitOf(root: string): string {
  const { stdout } = spawnSync('git', ['rev-parse', '--short', 'HEAD'], {
    cwd: root,
    encoding: 'utf8',
  });
  return (stdout ?? '').trim();
}

/** Runs the named benches, all when none is named; `history` gets a line. */
export async function runBenches(
  size: BenchSize,
  root: string,
  names: readonly string[],
  history: string | undefined,
  write: (text: string) => void,
): Promise<BenchReport[]> {
  const reports: BenchReport[] = [];
  for (const name of names.length === 0 ? Object.keys(BENCHES) : names) {
    const bench = BENCHES[name];
    if (bench === undefined) {
      const known = Object.keys(BENCHES).join(', ');
      throw new RangeError(`expected benches of ${known}, found ${JSON.stringify(name)}`);
    }
    const report = await bench(size, root);
    if (report === undefined) {
      write(`${name}: left out, there are no recordings\n`);
      continue;
    }
    reports.push(report);
    write(`${reportText(report)}\n`);
  }
  if (history !== undefined) appendFileSync(history, historyLine(reports, commitOf(root)));
  return reports;
}
