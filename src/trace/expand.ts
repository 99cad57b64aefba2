/**
 * From counts per minute to single calls. The counts are the trace's; the instant inside the minute
 * and the duration of each call are drawn, each from the function's own two streams, minute by
 * minute: another function, or a limit on the minutes, changes no other draw.
 */
import { MS_PER_MINUTE, US_PER_MS, US_PER_S } from '../abi/unit.ts';
import type { MinuteCounts } from './counts.ts';
import { drawDurationMs } from './distribution.ts';
import { type Random, randomStream } from '../time/index.ts';
import { type Trace, type TraceFunction, type TraceQuirks, functionKey } from './trace.ts';

const US_PER_MINUTE = 60 * US_PER_S;

export interface CountedTrace {
  readonly name: string;
  readonly format: string;
  readonly functions: readonly TraceFunction[];
  readonly counts: MinuteCounts;
  readonly minutes: number;
  readonly quirks: TraceQuirks;
  /**
   * By function id: the calls of a minute are spaced evenly from this microsecond of the minute on
   * instead of drawn. For timers.
   */
  readonly phaseUs?: ReadonlyMap<number, number>;
}

function streams(trace: CountedTrace, seed: number, use: string): Random[] {
  return trace.functions.map(({ owner, app, name }) =>
    randomStream(seed, `${functionKey(owner, app, name)}#${use}`),
  );
}

/** A key holds instant and function in one exact double, so that a numeric sort orders both. */
function keyFactor(functionCount: number): number {
  let factor = 1;
  while (factor < functionCount) factor *= 2;
  return factor;
}

function makeKeys(trace: CountedTrace, seed: number): (id: number, keys: Float64Array) => void {
  const factor = keyFactor(trace.functions.length);
  const instants = streams(trace, seed, 'instant');
  return (id, keys) => {
    const phase = trace.phaseUs?.get(id);
    const stream = instants[id] as Random;
    const gap = US_PER_MINUTE / keys.length;
    for (let index = 0; index < keys.length; index++) {
      const instant =
        phase === undefined
          ? stream.nextBelow(US_PER_MINUTE)
          : Math.floor(phase + index * gap) % US_PER_MINUTE;
      keys[index] = instant * factor + id;
    }
  };
}

export function expandCounts(trace: CountedTrace, seed: number): Trace {
  const { functions, counts, minutes } = trace;
  const size = counts.invocations;
  const startMs = new Float64Array(size);
  const functionIds = new Uint32Array(size);
  const durationMs = new Float32Array(size);
  const factor = keyFactor(functions.length);
  const fillKeys = makeKeys(trace, seed);
  const durations = streams(trace, seed, 'duration');
  const points = functions.map((fn) => fn.durations.percentilesMs);
  let first = 0;
  counts.byMinute(minutes, (minute, ids, calls) => {
    // The keys are sorted where the starts will be, and each start overwrites its own key.
    let end = first;
    for (let index = 0; index < ids.length; index++) {
      const from = end;
      end += calls[index] as number;
      fillKeys(ids[index] as number, startMs.subarray(from, end));
    }
    startMs.subarray(first, end).sort();
    for (; first < end; first++) {
      const key = startMs[first] as number;
      const instant = Math.floor(key / factor);
      const id = key - instant * factor;
      startMs[first] = minute * MS_PER_MINUTE + instant / US_PER_MS;
      functionIds[first] = id;
      durationMs[first] = drawDurationMs(points[id] as number[], durations[id] as Random);
    }
  });
  const { name, format, quirks } = trace;
  const spanMs = minutes * MS_PER_MINUTE;
  return { name, format, functions, startMs, functionIds, durationMs, spanMs, quirks };
}
