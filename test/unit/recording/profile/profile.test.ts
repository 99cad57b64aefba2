import { describe, expect, it } from 'vitest';
import { profileOf, spreadOf } from '../../../../src/recording/profile/profile.ts';
import { captureOf, samplesOfFunction } from '../../../support/function-trace.ts';
import { folderWith } from '../../../support/folder.ts';

const same = (value: number): unknown => ({ least: value, median: value, most: value });

describe('a function’s profile', () => {
  it('is of its first container and of the others, in frames', () => {
    const profile = profileOf(captureOf(folderWith({ samples: samplesOfFunction() })));
    expect(profile.containers).toBe(2);
    expect(profile.cold).toEqual(profile.warm);
    expect(profile.warm).toEqual({
      allocated: same(6),
      freed: same(1),
      anonymous: same(10),
      mappedFile: same(6),
      peak: same(4),
      pageTables: same(2),
      kernel: same(8),
      readFile: same(24),
    });
  });

  it('says of each measured call what came, what it held and what it touched', () => {
    const { calls, growth } = profileOf(captureOf(folderWith({ samples: samplesOfFunction() })));
    expect(calls.map(({ call }) => call)).toEqual([1, 10, 100]);
    expect(calls[1]).toMatchObject({
      allocated: same(3),
      held: same(2),
      touchedAnonymous: same(3),
      touchedFile: same(2),
      written: same(1),
    });
    expect(growth.map(({ call, anonymous }) => [call, anonymous.median])).toEqual([
      [1, 10],
      [2, 11],
      [10, 10],
      [100, 10],
    ]);
  });

  it('has no fork where the runtime does not', () => {
    expect(profileOf(captureOf(folderWith({ samples: samplesOfFunction() }))).fork).toEqual([]);
  });

  it('needs two containers', () => {
    const folder = folderWith({ samples: samplesOfFunction(['c1']) });
    expect(() => profileOf(captureOf(folder))).toThrow(/samples:\d+: expected two containers/);
  });

  it('is refused where samples are missing that the trace says were taken', () => {
    const capture = captureOf(folderWith({ samples: samplesOfFunction() }));
    const { trace } = capture;
    const marks = [...trace.marks, { ...trace.marks.at(-1)!, text: 'sample c3 ready' }];
    expect(() => profileOf({ ...capture, trace: { ...trace, marks } })).toThrow(
      "samples:11: expected a line 'c3 ready', found none",
    );
  });

  it('is refused where a call was not measured', () => {
    const samples = samplesOfFunction().replace(/^c2 call-10 .*\n/m, '');
    expect(() => profileOf(captureOf(folderWith({ samples })))).toThrow("a line 'c2 call-10'");
  });
});

it('a spread’s median of an even count is the lower of the two in the middle', () => {
  expect(spreadOf([9, 1, 5, 3])).toEqual({ least: 1, median: 3, most: 9 });
  expect(spreadOf([7])).toEqual(same(7));
});
