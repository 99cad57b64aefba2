import { describe, expect, it } from 'vitest';
import { VHIVE_WRITER } from '../../../src/trace/write-vhive.ts';
import { type Trace, openTrace, rowsOf, summarizeTrace } from '../../../src/trace/index.ts';
import { CALL_FILE, makeVhive } from '../../support/trace-folders.ts';
import { folderWith } from '../../support/folder.ts';

const seed = 3;

function written(trace: Trace): string {
  const files = VHIVE_WRITER.render(trace).map(({ name, content }) => {
    return [name, [...(content as Iterable<string>)].join('')] as const;
  });
  return folderWith(Object.fromEntries(files));
}

describe('a vHive folder', () => {
  it('of counts is read as the same functions and, at the same seed, the same calls', () => {
    const counts = [
      [3, 0, 40, 1],
      [0, 0, 0, 0],
      [1, 2, 3, 4],
    ];
    const trace = openTrace(makeVhive(counts), { seed });
    const again = openTrace(written(trace), { seed });
    expect(again.functions).toEqual(trace.functions);
    expect(rowsOf(again)).toEqual(rowsOf(trace));
    expect(again.spanMs).toBe(trace.spanMs);
  });

  it('of recorded calls has how many there were in each minute', () => {
    const trace = openTrace(folderWith(CALL_FILE), { seed });
    const again = openTrace(written(trace), { seed });
    expect(again.calls.kind).toBe('counted');
    expect(summarizeTrace(again).rate).toEqual(summarizeTrace(trace).rate);
    expect(again.functions.map(({ durations }) => durations.maximumMs)).toEqual([40, 5]);
  });

  it('is never taken for a file of ours, since it looks like anybody’s', () => {
    for (const { mark } of VHIVE_WRITER.files) expect(mark.test('HashOwner,HashApp')).toBe(false);
  });
});
