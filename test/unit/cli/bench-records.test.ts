import { describe, expect, it } from 'vitest';
import { comparison, countsText, recordIn } from '../../../src/cli/bench-records.ts';
import type { BenchRecord } from '../../../src/microbench/index.ts';
import { testFolder } from '../../support/folder.ts';

const file = testFolder();

function record(ns: number, hash: string): BenchRecord {
  const result = { name: 'touch', operation: 'page', operations: 10, hash, counts: { got: 3 } };
  return {
    schema: 1,
    command: [],
    versions: {},
    guestFrames: 1,
    policy: undefined,
    cpu: '',
    benches: [{ ...result, nsPerOperation: ns, lowestNs: ns - 1, highestNs: ns + 1 }],
  };
}

describe('two records beside each other', () => {
  it('say the ratio, whether runs overlap, and whether the work was the same', () => {
    const text = comparison(record(100, 'a'), record(150, 'a'));
    expect(text).toMatch(/touch +100 +150 +1\.50x +apart +equal +got 3/);
    expect(comparison(record(100, 'a'), record(101, 'b'))).toMatch(/1\.01x +overlap +other/);
  });

  it('have rows of what both have', () => {
    const without = { ...record(100, 'a'), benches: [] };
    expect(comparison(without, record(150, 'a')).split('\n')).toHaveLength(2);
    expect(countsText({ counts: { got: 3, moved: 1000 } })).toBe('got 3, moved 1,000');
  });
});

describe('a record', () => {
  it('is read back from what was printed', () => {
    const made = record(5, 'h');
    expect(recordIn(file('a.json', JSON.stringify(made)))).toEqual(made);
  });

  it('that cannot be read is refused in a line', () => {
    expect(() => recordIn(file('none.json'))).toThrow(/none\.json: cannot be read: [^\n]+$/);
  });
});
