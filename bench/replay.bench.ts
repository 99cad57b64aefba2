// What does a call cost in a replay, and what does its expansion from the trace's counts? Minutes of the built-in load, which
// has the published shape of Azure's. Most of so short a replay are first calls: VMs start and templates are made.

import { type ReplayRun, SYSTEMS, replay } from '../src/replay/index.ts';
import type { SystemSpec } from '../src/serverless/index.ts';
import { type Trace, generateSynthetic } from '../src/trace/index.ts';
import { type BenchCase, type BenchReport, type BenchSize, measure, WordHash } from './measure.ts';

const SEED = 1;
const LARGE_MINUTES = 10;
const SMALL_MINUTES = 1;
/** A replay is long: fewer turns of one call each. */
const TURNS = 5;
const HASH_DIGITS = 8;
const HEX = 16;

function minutesOf(size: BenchSize): number {
  return size.name === 'large' ? LARGE_MINUTES : SMALL_MINUTES;
}

function traceOf(size: BenchSize): Trace {
  return generateSynthetic({ seed: SEED, minutes: minutesOf(size) });
}

async function played(trace: Trace, system: SystemSpec): Promise<ReplayRun> {
  return replay(trace, { systems: [system], seed: SEED });
}

function wordsOf({ systems }: ReplayRun): number[] {
  return systems.flatMap(({ hash }) => [
    Number.parseInt(hash.slice(0, HASH_DIGITS), HEX),
    Number.parseInt(hash.slice(HASH_DIGITS), HEX),
  ]);
}

export async function replayBench(size: BenchSize): Promise<BenchReport> {
  const trace = traceOf(size);
  const hash = new WordHash();
  const cases: BenchCase[] = [];
  let calls = 0;
  for (const system of SYSTEMS) {
    const run = await played(trace, system);
    calls = run.trace.invocations;
    for (const word of wordsOf(run)) hash.add(word);
    const { name } = system;
    cases.push({ name, operations: calls, run: async () => void (await played(trace, system)) });
  }
  cases.push({ name: 'expansion', operations: calls, run: () => void traceOf(size) });
  const turns = Math.min(size.turns, TURNS);
  const rows = await measure(cases, { ...size, turns, warmups: 0, turnMs: 0 });
  const [first, ...others] = rows;
  const times = Object.fromEntries(
    others.map(({ name, nsPerOperation }) => [
      `${name} / ${first?.name}`,
      nsPerOperation / (first?.nsPerOperation ?? Number.NaN),
    ]),
  );
  return {
    name: 'replay',
    question: `What does a call cost in a replay of ${minutesOf(size)} minutes, and its expansion?`,
    rows,
    ratios: times,
    hash: hash.value,
  };
}
