import { describe, expect, it } from 'vitest';
import { CALLS_WRITER } from '../../../src/trace/write-calls.ts';
import { type Trace, openTrace, rowsOf } from '../../../src/trace/index.ts';
import { CALL_FILE } from '../../support/trace-folders.ts';
import { folderWith } from '../../support/folder.ts';
import { smallTrace } from '../../support/traces.ts';

function textOf(trace: Trace): string {
  const [content] = CALLS_WRITER.render(trace).map((file) => file.content);
  return [...(content as Iterable<string>)].join('');
}

const names = (of: Trace, ids: Uint32Array): string[] =>
  Array.from(ids, (id) => of.functions[id]?.name as string);

describe('calls.csv', () => {
  it('has a row a call in order of time, and its mark', () => {
    const text = textOf(openTrace(folderWith(CALL_FILE), { seed: 1 }));
    expect(text.split('\n')).toEqual([
      'function,app,owner,trigger,start_ms,duration_ms,memory_mib',
      expect.stringMatching(/^g,a,o,,0,5,\d/),
      'f,a,o,http,10,40,150',
      'f,a,o,http,61000.5,20,150',
      '',
    ]);
    expect(CALLS_WRITER.files[0]?.mark.test(text)).toBe(true);
    expect(CALLS_WRITER.files[0]?.mark.test(text.replace('memory_mib', 'mem'))).toBe(false);
  });

  it('is read as the same calls, those drawn from counts too', () => {
    const trace = smallTrace();
    const again = openTrace(folderWith({ 'calls.csv': textOf(trace) }), { seed: 9 });
    const [drawn, read] = [rowsOf(trace), rowsOf(again)];
    expect(read.startMs).toEqual(drawn.startMs);
    expect(read.durationMs).toEqual(drawn.durationMs);
    expect(names(again, read.functionIds)).toEqual(names(trace, drawn.functionIds));
    for (const fn of again.functions) {
      const own = trace.functions.find(({ name }) => name === fn.name);
      expect(fn).toMatchObject({ app: own?.app, owner: own?.owner, trigger: own?.trigger });
      expect(fn.memoryMib).toBeCloseTo(own?.memoryMib as number, 9);
    }
  });
});
