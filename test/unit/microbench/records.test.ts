import { describe, expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import {
  type BenchRecord,
  BenchRecordError,
  compareBenches,
  parseBenchRecord,
  spreadOf,
} from '../../../src/microbench/index.ts';

/** One run of two benches. */
function record(touch: number, age: number, hash = 'same'): BenchRecord {
  const row = (name: string, ns: number) => ({
    name,
    operation: 'page',
    nsPerOperation: ns,
    lowestNs: ns,
    highestNs: ns,
    operations: 10,
    hash: `${name}-${hash}`,
    counts: {},
  });
  const benches = [row('touch', touch), row('age', age)];
  const made = { command: [], versions: {}, guestFrames: 1, policy: undefined, cpu: '' };
  return { schema: 1, ...made, benches };
}

describe('a record', () => {
  it('is read back from what was printed', () => {
    expect(parseBenchRecord(JSON.stringify(record(5, 6)), 'r.json').benches).toHaveLength(2);
  });

  it.each(['{', 'null', '{"schema":2}', '{"schema":1,"benches":[{"name":"x"}]}'])(
    'that is none is refused in a line: %s',
    (text) => {
      const read = (): BenchRecord => parseBenchRecord(text, 'r.json');
      expect(read).toThrow(BenchRecordError);
      expect(read).toThrow(/^r\.json: expected what guestmem bench[^\n]*$/);
    },
  );

  it('alone on its side is compared by its own runs', () => {
    const [row] = record(5, 6).benches;
    const spread = { ...row, lowestNs: 4, highestNs: 9 } as BenchRecord['benches'][number];
    const [found] = compareBenches([{ ...record(5, 6), benches: [spread] }], [record(10, 6)]);
    expect(found).toMatchObject({ a: { median: 5, lowest: 4, highest: 9 }, ratio: { median: 2 } });
  });
});

describe('runs in turns', () => {
  it('have a median and ends, and a ratio turn by turn', () => {
    expect(spreadOf([3, 1, 2])).toEqual({ median: 2, lowest: 1, highest: 3 });
    expect(spreadOf([4, 1])).toEqual({ median: 4, lowest: 1, highest: 4 });
    // load doubles in the second turn, on both sides
    const [a, b] = [
      [record(100, 1), record(200, 1)],
      [record(150, 1), record(300, 1)],
    ];
    expect(compareBenches(a as BenchRecord[], b as BenchRecord[])[0]).toMatchObject({
      name: 'touch',
      a: { median: 200, lowest: 100, highest: 200, hash: 'touch-same' },
      ratio: { median: 1.5, lowest: 1.5, highest: 1.5 },
      isEqual: true,
    });
  });

  it('say of which benches the hashes differ', () => {
    const found = compareBenches([record(1, 1)], [record(2, 2, 'other')]);
    expect(found.map(({ isEqual }) => isEqual)).toEqual([false, false]);
  });

  it('leave out what one side does not have, and refuse a side that is not deterministic', () => {
    const without = { ...record(1, 1), benches: record(1, 1).benches.slice(0, 1) };
    expect(compareBenches([record(1, 1)], [without]).map(({ name }) => name)).toEqual(['touch']);
    const drifting = [record(1, 1), record(1, 1, 'later')];
    expect(() => compareBenches(drifting, [record(1, 1), record(1, 1)])).toThrow(
      'touch: two runs of one side came to different states',
    );
  });

  it('are records: anything else is refused', () => {
    for (const wild of [undefined, 5, [{}], [null]] as never[]) {
      expect(() => compareBenches(wild, [record(1, 1)])).toThrow(RefusedArgument);
    }
    expect(() => compareBenches([{ benches: [5] } as never], [])).toThrow(BenchRecordError);
  });
});
