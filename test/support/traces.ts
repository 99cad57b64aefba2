/** Small traces for the tests of replay. */
import { type Trace, type TraceFunction, generateSynthetic } from '../../src/trace/index.ts';

/** Some 500 calls in 6 minutes: bursts of one function, a few of others. */
export function smallTrace(seed = 1): Trace {
  return generateSynthetic(
    { seed },
    {
      name: 'small',
      functionCount: 12,
      minutes: 6,
      popular: { perMinute: 60, averageMs: 3000, memoryMib: 50 },
      maximumOfferedCalls: 2,
      burstyShare: 0.4,
      burstOnShare: 0.5,
    },
  );
}

/** Calls of one function by hand: start and duration in ms. */
export function handTrace(calls: readonly (readonly [number, number])[], spanMs: number): Trace {
  const fn: TraceFunction = {
    id: 0,
    name: 'hand',
    app: 'a',
    owner: 'o',
    trigger: undefined,
    memoryMib: 40,
    memorySource: 'trace',
    durations: { source: 'trace', averageMs: 100, percentilesMs: [1], maximumMs: 100 },
  };
  return {
    name: 'hand',
    format: 'synthetic',
    functions: [fn],
    startMs: Float64Array.from(calls, ([start]) => start),
    functionIds: new Uint32Array(calls.length),
    durationMs: Float32Array.from(calls, ([, duration]) => duration),
    spanMs,
    quirks: {
      functionsWithoutDurations: 0,
      functionsWithoutMemory: 0,
      mergedRows: 0,
      negativeAverages: 0,
    },
  };
}
