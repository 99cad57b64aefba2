// Runs the benches and tells: tables on stdout, a line in a history file.

import { appendFileSync, mkdirSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { alignRows } from '../src/report/align.ts';
import { allocBench } from './alloc.bench.ts';
import { buddyBench } from './buddy.bench.ts';
import { cloneBench } from './clone.bench.ts';
import { czoneBench } from './czone.bench.ts';
import type { BenchReport, BenchSize } from './measure.ts';
import { recordingBench } from './recording.bench.ts';
import { replayBench } from './replay.bench.ts';
import { touchBench } from './touch.bench.ts';
import { traceBench } from './trace.bench.ts';

type RunBench = (size: BenchSize, root: string) => Promise<BenchReport | undefined>;

/** The benches by name. One that needs recordings answers undefined where there are none. */
export const BENCHES: Readonly<Record<string, RunBench>> = {
  'alloc-1': allocBench(1),
  'alloc-16': allocBench(16),
  'alloc-256': allocBench(256),
  buddy: buddyBench,
  touch: touchBench,
  recording: recordingBench,
  clone: cloneBench,
  czone: czoneBench,
  trace: traceBench,
  replay: replayBench,
};

/** Only when named: it wants 8 GiB of memory and minutes. */
const ON_REQUEST: readonly string[] = ['alloc-256'];

function hex(hash: number): string {
  return hash.toString(16).padStart(8, '0');
}

/** A report as text. */
export function reportText({ name, question, rows, ratios, hash, notes }: BenchReport): string {
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
    ...(notes ?? []),
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

/** Runs the named benches, the usual ones when none is named; `history` gets a line. */
export async function runBenches(
  size: BenchSize,
  root: string,
  names: readonly string[],
  history: string | undefined,
  write: (text: string) => void,
): Promise<BenchReport[]> {
  const reports: BenchReport[] = [];
  const usual = Object.keys(BENCHES).filter((name) => !ON_REQUEST.includes(name));
  for (const name of names.length === 0 ? usual : names) {
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
  if (history !== undefined) {
    mkdirSync(path.dirname(history), { recursive: true });
    appendFileSync(history, historyLine(reports, commitOf(root)));
  }
  return reports;
}
