import { describe, expect, it } from 'vitest';
import { missingLines, repairLines } from '../../../src/report/remarks.ts';
import { reportHtml, resultsTable } from '../../../src/report/index.ts';
import { results } from '../../support/report.ts';

const repairs = {
  mergedRows: 3,
  negativeAverages: 0,
  percentilesOrdered: 0,
  percentilesLowered: 4,
  percentilesFilled: 5,
  durationsRaised: 2,
  startsMoved: 1,
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
      'trace: percentiles of 4 rows were lowered to their maximum',
      'trace: percentiles of 5 rows were missing and made of their average',
      'trace: durations of 2 calls or rows are raised to 1 ms',
      "trace: 1 calls from before the trace's begin were moved to it",
      'trace: durations of 1,200 of 2,000 functions are drawn from published distributions',
      'trace: memory of 1 of 2,000 functions is clipped to what like workloads measured',
    ]);
    expect(resultsTable({ ...results(), trace })).toContain('clipped');
  });

  it('are not told of a record that does not say', () => {
    expect(repairLines({ ...results().trace, repairs: undefined })).toEqual([]);
  });
});

describe('systems that are missing', () => {
  it('are told under the table and in the report', async () => {
    const missing = [{ system: 'scpv-boot', reason: 'host <out> of memory' }];
    const record = { ...results(), missing };
    expect(missingLines(record)).toEqual(['missing: scpv-boot: host <out> of memory']);
    expect(missingLines(results())).toEqual([]);
    const leftOut = [{ system: 'mcpv-static', reason: 'cannot be parked' }];
    expect(missingLines({ ...record, leftOut })[1]).toBe('left out: mcpv-static: cannot be parked');
    expect(resultsTable(record)).toContain('missing: scpv-boot: host <out> of memory\n');
    expect(await reportHtml(record)).toContain(
      '<li>missing: scpv-boot: host &lt;out&gt; of memory</li>',
    );
  });
});
