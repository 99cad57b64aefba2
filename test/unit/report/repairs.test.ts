import { describe, expect, it } from 'vitest';
import { repairLines } from '../../../src/report/repairs.ts';
import { resultsTable } from '../../../src/report/index.ts';
import { results } from '../../support/report.ts';

const repairs = {
  mergedRows: 3,
  negativeAverages: 0,
  functionsWithoutDurations: 1200,
  functionsWithoutMemory: 0,
  memoryRaised: 0,
  memoryLowered: 1,
};

describe('repairs of a trace', () => {
  it('are told one line a kind, those that are none not at all', () => {
    const trace = { ...results().trace, functions: 2000, repairs };
    expect(repairLines(trace)).toEqual([
      'trace: 3 rows of functions that stood there already were merged',
      'trace: durations of 1,200 of 2,000 functions are drawn from published distributions',
      'trace: memory of 1 of 2,000 functions is clipped to what like workloads measured',
    ]);
    expect(resultsTable({ ...results(), trace })).toContain('clipped');
  });

  it('are not told of a record that does not say', () => {
    expect(repairLines({ ...results().trace, repairs: undefined })).toEqual([]);
  });
});
