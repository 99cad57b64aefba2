// What does a call of a trace cost before anybody plays it: drawn from counts a minute, or read from rows?

import { arrivalsOf, generateSynthetic, rowsOf, traceOf } from '../src/trace/index.ts';
import { SYNTHETIC_HOUR, type SyntheticConfig, type Trace } from '../src/trace/index.ts';
import {
  type BenchCase,
  type BenchReport,
  type BenchSize,
  measure,
  ratio,
  WordHash,
} from './measure.ts';

/** As many calls a minute as a sample of 100 functions has, and as all of Azure 2019. */
const QUIET: SyntheticConfig = { ...SYNTHETIC_HOUR, name: 'quiet', minutes: 10 };
const BUSY: SyntheticConfig = {
  ...SYNTHETIC_HOUR,
  name: 'busy',
  functionCount: 1000,
  minutes: 2,
  popular: { perMinute: 30_000, averageMs: 1, memoryMib: 140 },
};

function expand(trace: Trace): number {
  let last = 0;
  for (const { durationMs } of arrivalsOf(trace)) last = durationMs.at(-1) ?? last;
  return last;
}

function recorded(trace: Trace): Trace {
  const { startMs, functionIds, durationMs } = rowsOf(trace);
  const rows = Array.from(startMs, (start, call) => ({
    functionId: functionIds[call] ?? 0,
    startMs: start,
    durationMs: durationMs[call] ?? 0,
  }));
  return traceOf({ name: 'rows', functions: trace.functions, rows });
}

function caseOf(name: string, trace: Trace): BenchCase {
  return { name, operations: trace.invocations, run: () => void expand(trace) };
}

export async function traceBench(size: BenchSize): Promise<BenchReport> {
  const isLarge = size.name === 'large';
  const scale = (config: SyntheticConfig, perMinute: number): SyntheticConfig => ({
    ...config,
    popular: { ...config.popular, perMinute: isLarge ? perMinute : 100 },
  });
  const quiet = generateSynthetic({ seed: 1 }, scale(QUIET, 700));
  const busy = generateSynthetic({ seed: 1 }, scale(BUSY, 300_000));
  const rows = recorded(quiet);
  const hash = new WordHash();
  const small = generateSynthetic({ seed: 1, minutes: 1 });
  for (const { startMs, functionIds, durationMs } of arrivalsOf(small)) {
    for (let call = 0; call < startMs.length; call += 1) {
      hash.add((startMs[call] ?? 0) * 1000);
      hash.add(functionIds[call] ?? 0);
      hash.add((durationMs[call] ?? 0) * 1000);
    }
  }
  const found = await measure(
    [
      caseOf('quiet minutes, drawn', quiet),
      caseOf('busy minutes, drawn', busy),
      caseOf('quiet minutes, recorded', rows),
    ],
    size,
  );
  return {
    name: 'trace',
    question: 'What does a call of a trace cost before it is played?',
    rows: found,
    ratios: { 'busy / quiet': ratio(found, 'busy minutes, drawn', 'quiet minutes, drawn') },
    hash: hash.value,
  };
}
