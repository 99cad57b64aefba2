// What the pages of a finished replay cost at least: how many came and went, by the run's own counts, times what a page costs in C
// that writes what the core writes (baseline/pages.c) and decides nothing. docs/decisions/0096 has a day's.
//
//   npx tsc -p bench/tsconfig.json && node build/bench/bench/floor.js FOLDER    with results.json and details.json of one system

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { alignRows } from '../src/report/align.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
/** Tables of guests that are awake, as much as a replay has by default, and those of one guest of the day. */
const AWAKE_BYTES = 2 ** 30;
const GUEST_BYTES = 6.5e6;
const FRAME_BYTES = 13.125;
const PAGES_PER_TRIAL = 4e7;

interface Price {
  readonly price: string;
  readonly lowNs: number;
  readonly highNs: number;
  readonly effects: readonly { readonly cpuMs?: readonly [number, number] }[];
}

/** How often each priced operation happened: what all of them together move when the price goes from one end to the other. */
function countsIn(folder: string): Map<string, number> {
  const details = JSON.parse(readFileSync(path.join(folder, 'details.json'), 'utf8')) as {
    readonly sensitivity: { readonly prices: readonly Price[] };
  };
  const counts = new Map<string, number>();
  for (const { price, lowNs, highNs, effects } of details.sensitivity.prices) {
    const moved = effects[0]?.cpuMs;
    if (moved === undefined || effects.length !== 1) continue;
    counts.set(price, Math.round(((moved[1] - moved[0]) * 1e6) / (highNs - lowNs)));
  }
  return counts;
}

const VECTORS = ['-O3', '-march=native'];
/** As Wasm without vectors does it. */
const PAGE_BY_PAGE = ['-O2', '-fno-tree-vectorize', '-fno-tree-loop-distribute-patterns'];

function compiled(name: string, how: readonly string[]): string {
  const program = path.join(ROOT, 'build/bench-core', name);
  mkdirSync(path.dirname(program), { recursive: true });
  const source = path.join(ROOT, 'bench/baseline/pages.c');
  const options = ['-std=gnu11', ...how, '-Wall', '-Wextra', '-Werror'];
  const { status } = spawnSync('gcc', [...options, source, '-o', program], { stdio: 'inherit' });
  if (status !== 0) throw new Error('gcc failed');
  return program;
}

/** Nanoseconds by phase: a page, or of `wake` and `lie` a guest. */
type Times = Readonly<Record<string, number>>;

function timed(program: string, frames: number, guests: number): Times {
  const rounds = Math.max(2, Math.round(PAGES_PER_TRIAL / (frames * guests)));
  const { stdout } = spawnSync(program, [frames, guests, rounds].map(String), { encoding: 'utf8' });
  const rows = stdout.trim().split('\n');
  return Object.fromEntries(rows.map((row) => [row.split(' ')[0], Number(row.split(' ')[1])]));
}

function seconds(ns: number): string {
  return `${(ns / 1e9).toFixed(1)} s`;
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

type Row = readonly [what: string, count: number, phase: string];

function rowsOf(of: (price: string) => number): Row[] {
  return [
    ['come: handed out, or copied by a fork', of('buddyAlloc0') + of('forkPage'), 'come'],
    ['go: released by the host', of('hostRelease4KiB'), 'go'],
    ['freed one by one', of('buddyFree0'), 'free'],
  ];
}

function guestsOf(frames: number): number {
  return Math.ceil(AWAKE_BYTES / (FRAME_BYTES * frames));
}

function tableOf(rows: readonly Row[], frames: number): string {
  const [wide, single] = [compiled('pages', VECTORS), compiled('pages-single', PAGE_BY_PAGE)];
  const times = [wide, single].flatMap((program) => [
    timed(program, frames, 1),
    timed(program, frames, guestsOf(frames)),
  ]);
  const least = times.map((ns) =>
    seconds(rows.reduce((sum, [, count, phase]) => sum + count * (ns[phase] ?? 0), 0)),
  );
  return alignRows([
    ['ns a page', 'pages', 'vectors, in the cache', 'cold', 'by page, in the cache', 'cold'],
    ...rows.map(([what, count, phase]) => [
      what,
      grouped(count),
      ...times.map((ns) => (ns[phase] ?? 0).toFixed(3)),
    ]),
    ['least', '', ...least],
  ]);
}

function main(folder: string): void {
  const counts = countsIn(folder);
  const of = (price: string): number => counts.get(price) ?? 0;
  const starts = of('functionInit');
  const frames = Math.max(512, Math.round(of('buddyAlloc0') / starts));
  const table = tableOf(rowsOf(of), frames);
  const whole = Math.round(GUEST_BYTES / FRAME_BYTES);
  const guest = timed(compiled('pages', VECTORS), whole, guestsOf(whole));
  const rest = (guest['wake'] ?? 0) + (guest['lie'] ?? 0);
  const ms = (rest / 1e6).toFixed(2);
  const lines = [
    `${grouped(starts)} starts of containers, ${grouped(of('vmmStart'))} VMs, ${grouped(frames)} pages a start`,
    table,
    `a guest of ${GUEST_BYTES / 1e6} MB that wakes and lies down: ${ms} ms, once a container: ${seconds(starts * rest)}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

main(process.argv[2] ?? 'guestmem-out');
