/** Calls of a minute against a slow rule of one sort over all of them, draw by draw. */
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { MinuteCounts, countedTrace } from '../../../src/trace/counts.ts';
import { drawDurationMs, typicalDurations } from '../../../src/trace/distribution.ts';
import { expandCounts } from '../../../src/trace/expand.ts';
import { randomStream } from '../../../src/time/index.ts';
import {
  type CountedCalls,
  type TraceFunction,
  NO_QUIRKS,
  functionKey,
} from '../../../src/trace/trace.ts';

const US_PER_MINUTE = 60_000_000;

function functionsOf(count: number): TraceFunction[] {
  return Array.from({ length: count }, (_, id) => ({
    id,
    name: `f${id}`,
    app: 'a',
    owner: 'o',
    trigger: undefined,
    memoryMib: 1,
    memorySource: 'published',
    durations: typicalDurations(10 * (id + 1), 'published'),
  }));
}

interface Cell {
  readonly id: number;
  readonly minute: number;
  readonly count: number;
}

type Call = readonly [startMs: number, id: number, durationMs: number];

const label = ({ owner, app, name }: TraceFunction): string => functionKey(owner, app, name);

/** The rule: instants of a minute, function by function in order of rows; all sorted; then durations. */
function slowly(
  functions: readonly TraceFunction[],
  cells: readonly Cell[],
  minutes: number,
  seed: number,
  phaseUs: ReadonlyMap<number, number>,
): Call[][] {
  const instants = functions.map((fn) => randomStream(seed, `${label(fn)}#instant`));
  const durations = functions.map((fn) => randomStream(seed, `${label(fn)}#duration`));
  return Array.from(Array(minutes).keys(), (minute) => {
    const drawn = cells
      .filter((cell) => cell.minute === minute)
      .flatMap(({ id, count }) =>
        Array.from({ length: count }, (_, index) => {
          const phase = phaseUs.get(id);
          const us =
            phase === undefined
              ? (instants[id]?.nextBelow(US_PER_MINUTE) ?? -1)
              : Math.floor(phase + index * (US_PER_MINUTE / count)) % US_PER_MINUTE;
          return [us, id] as const;
        }),
      );
    return drawn
      .toSorted((a, b) => a[0] - b[0] || a[1] - b[1])
      .map(([us, id]): Call => {
        const points = Float64Array.from(functions[id]?.durations.percentilesMs ?? []);
        const ms = drawDurationMs(points, 0, durations[id] ?? randomStream(0, ''));
        return [minute * 60_000 + us / 1000, id, Math.fround(ms)];
      });
  });
}

function callsOf(functions: readonly TraceFunction[], calls: CountedCalls): Call[][] {
  return Array.from(expandCounts(functions, calls), ({ startMs, functionIds, durationMs }) =>
    Array.from(startMs, (start, index): Call => [
      start,
      functionIds[index] ?? -1,
      durationMs[index] ?? -1,
    ]),
  );
}

const MINUTES = 3;
const FUNCTIONS = functionsOf(5);

const cell: fc.Arbitrary<Cell> = fc.record({
  id: fc.nat(FUNCTIONS.length - 1),
  minute: fc.nat(MINUTES - 1),
  count: fc.oneof(fc.nat(3), fc.nat(200)),
});

describe('expandCounts', () => {
  it('draws and sorts as the rule says, rows in any order, timers among them', () => {
    const timers = fc.uniqueArray(fc.tuple(fc.nat(4), fc.nat(59)), { selector: ([id]) => id });
    const property = fc.property(
      fc.array(cell, { maxLength: 20 }),
      timers,
      fc.nat(),
      (cells, phases, seed) => {
        const phaseUs = new Map(phases.map(([id, second]) => [id, second * 1_000_000]));
        const counts = new MinuteCounts(Infinity);
        for (const { id, minute, count } of cells) counts.add(id, minute, count, { file: '' });
        const parts = { name: '', format: '', quirks: NO_QUIRKS, minutes: MINUTES, phaseUs };
        const { calls } = countedTrace({ ...parts, functions: FUNCTIONS, counts }, seed);
        expect(callsOf(FUNCTIONS, calls as CountedCalls)).toEqual(
          slowly(FUNCTIONS, cells, MINUTES, seed, phaseUs),
        );
      },
    );
    fc.assert(property, { numRuns: 200 });
  });

  it('uses its arrays again: only one minute of calls is in memory', () => {
    const counts = new MinuteCounts(Infinity);
    for (const minute of [0, 1, 2]) counts.add(0, minute, 100 - minute, { file: '' });
    const parts = { name: '', format: '', quirks: NO_QUIRKS, minutes: MINUTES };
    const { calls } = countedTrace({ ...parts, functions: FUNCTIONS, counts }, 1);
    const buffers = Array.from(
      expandCounts(FUNCTIONS, calls as CountedCalls),
      ({ startMs, functionIds, durationMs }) => [
        startMs.buffer,
        functionIds.buffer,
        durationMs.buffer,
      ],
    );
    expect(new Set(buffers.flat()).size).toBe(3);
  });
});
