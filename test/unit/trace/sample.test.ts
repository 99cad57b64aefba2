import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { RefusedArgument } from '../../../src/check/index.ts';
import {
  type Trace,
  generateSynthetic,
  openTrace,
  rowsOf,
  sampleTrace,
} from '../../../src/trace/index.ts';
import {
  CALL_FILE,
  FAASRAIL_SPEC,
  SESSION_FILES,
  makeVhive,
  withRows,
} from '../../support/trace-folders.ts';
import { folderWith } from '../../support/folder.ts';
import { smallTrace } from '../../support/traces.ts';

const seed = 1;

/** Calls as text: name, start and duration. */
function callsOf(trace: Trace): string[] {
  const { startMs, functionIds, durationMs } = rowsOf(trace);
  return Array.from(startMs, (at, index) => {
    const { name } = trace.functions[functionIds[index] as number] as { name: string };
    return `${name} ${at} ${durationMs[index]}`;
  });
}

describe('a sample', () => {
  it('from minute 0 has exactly the calls that its functions have in the trace', () => {
    const trace = smallTrace();
    fc.assert(
      fc.property(fc.nat(100), fc.integer({ min: 1, max: 12 }), (chance, functions) => {
        const sample = sampleTrace(trace, { seed: chance, functions });
        const names = new Set(sample.functions.map(({ name }) => name));
        const own = callsOf(trace).filter((call) => names.has(call.split(' ')[0] as string));
        expect(callsOf(sample)).toEqual(own);
        expect(sample.functions.map(({ id }) => id)).toEqual([...sample.functions.keys()]);
        expect(sample.spanMs).toBe(trace.spanMs);
      }),
      { numRuns: 40 },
    );
  });

  it('tells of figures that are drawn those of its own functions, and the place of the first', () => {
    const trace = openTrace(folderWith(FAASRAIL_SPEC), { seed });
    expect(trace.quirks).toMatchObject({ functionsWithoutMemory: 2, durationsRaised: 1 });
    const sample = sampleTrace(trace, { seed, functions: 1 });
    expect(sample.quirks).toEqual({ ...trace.quirks, functionsWithoutMemory: 1 });
    expect(sample.firstQuirks).toEqual(trace.firstQuirks);
  });

  it('is the same at the same seed, another at another', () => {
    const trace = generateSynthetic({ seed });
    const names = (chance: number): string[] =>
      sampleTrace(trace, { seed: chance, functions: 5 }).functions.map(({ name }) => name);
    expect(names(4)).toEqual(names(4));
    expect(new Set([1, 2, 3, 4, 5].map((chance) => names(chance).join())).size).toBe(5);
  });

  it('has one function of each stratum by calls', () => {
    const counts = Array.from({ length: 20 }, (_, index) => [2 ** (index % 20), 0]);
    const trace = openTrace(makeVhive(counts), { seed });
    for (const chance of [1, 2, 3]) {
      const sample = sampleTrace(trace, { seed: chance, functions: 5 });
      const powers = [...(sample.calls.kind === 'counted' ? sample.calls.counts : [])];
      const strata = powers.map((calls) => Math.floor(Math.log2(calls) / 4)).toSorted();
      expect(strata).toEqual([0, 1, 2, 3, 4]);
    }
  });

  it('in a window has the counts of its minutes, and of functions only those that are called', () => {
    const trace = openTrace(
      makeVhive([
        [1, 2, 3, 4],
        [5, 0, 0, 5],
        [0, 6, 0, 0],
      ]),
      { seed },
    );
    const sample = withRows(sampleTrace(trace, { seed, fromMinute: 1, toMinute: 3 }));
    expect(sample.functions.map(({ name }) => name)).toEqual(['f0', 'f2']);
    expect(sample).toMatchObject({ invocations: 11, spanMs: 120_000 });
    const minutes = [...sample.startMs].map((ms) => Math.floor(ms / 60_000));
    expect(minutes.filter((minute) => minute === 0)).toHaveLength(8);
  });

  it('of recorded calls has each as it was, shifted to the window', () => {
    const trace = openTrace(folderWith(CALL_FILE), { seed });
    expect(callsOf(sampleTrace(trace, { seed, fromMinute: 1 }))).toEqual(['f 1000.5 20']);
    expect(sampleTrace(trace, { seed, toMinute: 1 })).toMatchObject({ spanMs: 60_000 });
    expect(sampleTrace(trace, { seed, share: 0.5 }).functions).toHaveLength(1);
  });

  it('keeps the fixed second of synthetic timers', () => {
    const trace = generateSynthetic({ seed, minutes: 10 });
    const sample = sampleTrace(trace, { seed, share: 0.6 });
    const phases =
      sample.calls.kind === 'counted' ? (sample.calls.phaseUs ?? new Map()) : new Map();
    const timers = sample.functions.filter(({ trigger }) => trigger === 'timer');
    expect(timers.length).toBeGreaterThan(0);
    expect([...phases.keys()].toSorted()).toEqual(timers.map(({ id }) => id).toSorted());
  });

  it.each([
    [{ functions: 0 }, 'functions'],
    [{ functions: 1, share: 0.5 }, 'functions'],
    [{ share: 2 }, 'share'],
    [{ fromMinute: 2 }, 'fromMinute'],
    [{ fromMinute: 1, toMinute: 1 }, 'toMinute'],
    [{ toMinute: 3 }, 'toMinute'],
  ])('refuses %j', (options, argument) => {
    const trace = openTrace(makeVhive([[1, 2]]), { seed });
    const sample = (): Trace => sampleTrace(trace, { seed, ...options });
    expect(sample).toThrow(RefusedArgument);
    expect(sample).toThrow(`${argument}: `);
  });

  it('of sessions is refused', () => {
    const trace = openTrace(folderWith(SESSION_FILES), { seed });
    expect(() => sampleTrace(trace, { seed })).toThrow('trace: expected a trace of calls');
  });
});
