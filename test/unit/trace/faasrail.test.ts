import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readFaasRail } from '../../../src/trace/faasrail.ts';
import {
  FAASRAIL_SPEC,
  faultOf,
  hasSamples,
  lines,
  openRows,
  samples,
} from '../../support/trace-folders.ts';
import { folderWith } from '../../support/folder.ts';

const seed = 1;
const GOOD = '2,"{""mean"": 2, ""bench"": ""b"", ""payload"": """"}",1,2';

function spec(header: string, ...rows: string[]): string {
  return join(folderWith({ 's.csv': lines(header, ...rows) }), 's.csv');
}

describe('a specification of FaaSRail', () => {
  it('has a minute a column and the mean of the mapped workload as duration', () => {
    const trace = openRows(folderWith(FAASRAIL_SPEC), { seed });
    expect(trace).toMatchObject({ format: 'faasrail', invocations: 6, spanMs: 120_000 });
    expect(trace.functions).toMatchObject([
      { name: 'video-9-1', durations: { averageMs: 1624.5, maximumMs: 1624.5 } },
      { name: 'pyaes-1-2', durations: { averageMs: 1 } },
    ]);
    expect([...trace.startMs].filter((ms) => ms < 60_000)).toHaveLength(4);
    expect(trace.quirks.functionsWithoutMemory).toBe(2);
  });

  it('is cut at a limit on the minutes, and its counts are checked beyond it', () => {
    const file = spec('avg,mapped_wreq,1,2', GOOD);
    expect(readFaasRail(file, { seed, minutes: 1 })).toMatchObject({ invocations: 1 });
    const bad = spec('avg,mapped_wreq,1,2', GOOD, GOOD.replace(/2$/, '-2'));
    expect(faultOf(() => readFaasRail(bad, { seed, minutes: 1 }))).toMatchObject({
      line: 3,
      column: 4,
      header: '2',
    });
  });

  it.each([
    ['2,{},1,2', '"{}"'],
    ['2,not JSON,1,2', '"not JSON"'],
    ['2,"{""mean"": -1, ""bench"": ""b""}",1,2', String.raw`"{\"mean\": -1, \"bench\": \"b\"}"`],
    ['2,"{""mean"": 1, ""bench"": """"}",1,2', String.raw`"{\"mean\": 1, \"bench\": \"\"}"`],
  ])('with the row %j is refused at the workload', (row, found) => {
    const file = spec('avg,mapped_wreq,1,2', row);
    expect(faultOf(() => readFaasRail(file, { seed }))).toMatchObject({
      line: 2,
      column: 2,
      found,
    });
  });

  it('without minutes or functions is refused', () => {
    const none = spec('avg,mapped_wreq,more', GOOD.replace(/,2$/, ''));
    expect(faultOf(() => readFaasRail(none, { seed })).expected).toContain('columns of requests');
    const empty = spec('avg,mapped_wreq,1');
    expect(faultOf(() => readFaasRail(empty, { seed })).expected).toBe('at least one function');
  });

  it.skipIf(!hasSamples)('sample in ../shared/traces: 244 rows, 4,045 requests, 5 minutes', () => {
    const trace = openRows(join(samples, 'faasrail-spec'), { seed });
    expect(trace).toMatchObject({ invocations: 4045, spanMs: 300_000 });
    expect(trace.functions).toHaveLength(244);
  });
});
