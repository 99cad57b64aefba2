import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { TRACE_FORMATS, TraceError } from '../../../src/trace/index.ts';
import {
  CALL_FILE,
  FAASRAIL_SPEC,
  SESSION_FILES,
  faultOf,
  lines,
  makeVhive,
  openRows,
  vhiveFiles,
} from '../../support/trace-folders.ts';
import { folderWith } from '../../support/folder.ts';

const seed = 1;
const day = (number: string): string => `invocations_per_function_md.anon.d${number}.csv`;
const HEADER = 'HashOwner,HashApp,HashFunction,Trigger,1,2';

describe('trace formats', () => {
  const pair = {
    'trace.csv': lines('func_name,invoke_time_ms', 'x,3'),
    'metadata-trace.csv': lines('func_name,cold_dur_ms,warm_dur_ms,mem_mb', 'x,100,7,64'),
  };
  const made: Readonly<Record<string, () => string[]>> = {
    vhive: () => ['', 'invocations.csv'].map((name) => join(makeVhive([[1, 2]]), name)),
    azure2019: () => {
      const folder = folderWith({ [day('01')]: lines(HEADER, 'o,a,f,http,1,1') });
      return [folder, join(folder, day('01'))];
    },
    azure2021: () => {
      const folder = folderWith({ 'x.txt': lines('app,func,end_timestamp,duration', 'a,f,1,1') });
      return [folder, join(folder, 'x.txt')];
    },
    iluvatar: () => ['', 'trace.csv'].map((name) => join(folderWith(pair), name)),
    faasrail: () => ['', 'spec.csv'].map((name) => join(folderWith(FAASRAIL_SPEC), name)),
    sessions: () => ['', 'a.memory.csv'].map((name) => join(folderWith(SESSION_FILES), name)),
    calls: () => ['', 'calls.csv'].map((name) => join(folderWith(CALL_FILE), name)),
  };

  it('have an example here each', () => {
    expect(Object.keys(made).toSorted()).toEqual(TRACE_FORMATS.map(({ name }) => name).toSorted());
  });

  it.each(Object.entries(made))('%s is recognised in its folder and by its file', (name, paths) => {
    for (const path of paths()) expect(openRows(path, { seed }).format).toBe(name);
  });

  it('have a name of their own and a sentence', () => {
    expect(new Set(TRACE_FORMATS.map(({ name }) => name)).size).toBe(TRACE_FORMATS.length);
    for (const { sentence } of TRACE_FORMATS) expect(sentence).toMatch(/^[A-Z].*\.$/);
  });

  it('are all named where none fits', () => {
    const { expected } = faultOf(() => openRows(folderWith({}), { seed }));
    expect(expected).toMatch(/^a trace: .+, .+ or .+$/);
    expect(expected).toContain('a vHive folder (invocations.csv, durations.csv, memory.csv), ');
    for (const { noun } of TRACE_FORMATS) expect(expected).toContain(noun);
  });
});

describe('a path', () => {
  it('that does not exist is named', () => {
    const fault = faultOf(() => openRows('/nonexistent', { seed }));
    expect(fault.message).toBe(
      '/nonexistent: expected a readable file or folder, found nothing of that name',
    );
  });

  it('of an empty folder, an unknown file or a folder in place of a file is refused', () => {
    const folder = folderWith({ 'readme.csv': 'hello,world\n1,2\n' });
    expect(faultOf(() => openRows(folder, { seed })).found).toBe(
      'a folder without any of their files',
    );
    const file = join(folder, 'readme.csv');
    expect(faultOf(() => openRows(file, { seed })).found).toContain('none of their headers');
    const vhive = folderWith({ 'invocations.csv': 'x', 'memory.csv': 'x' });
    mkdirSync(join(vhive, 'durations.csv'));
    expect(() => openRows(vhive, { seed })).toThrow(TraceError);
  });

  it('of a folder with one file that is a trace is that file, whatever lies beside it', () => {
    const calls = CALL_FILE['calls.csv'] ?? '';
    const folder = folderWith({ 'a.csv': calls, 'readme.csv': 'hello\n', 'notes.md': calls });
    expect(openRows(folder, { seed }).name).toBe('a');
  });

  it('of something that is neither file nor folder is refused', () => {
    expect(faultOf(() => openRows('/dev/null', { seed })).found).toBe('something else');
  });

  it('with control characters still makes one line', () => {
    const { message } = faultOf(() => openRows('/no\nsuch\u2028\u001b[31mpath', { seed }));
    expect(message).not.toMatch(/[\p{Cc}\u2028]/u);
  });
});

describe('any bytes', () => {
  it('either make a trace or a one-line TraceError', () => {
    const names = fc.constantFrom('invocations.csv', 'durations.csv', 'memory.csv');
    const cut = fc.nat(400);
    const insert = fc.uint8Array({ maxLength: 12 });
    fc.assert(
      fc.property(names, cut, insert, (name, at, bytes) => {
        const files: Record<string, string | Buffer> = vhiveFiles([
          [1, 2],
          [3, 4],
        ]);
        const content = Buffer.from(files[name] as string);
        const position = at % content.length;
        const changed = Buffer.concat([
          content.subarray(0, position),
          bytes,
          content.subarray(position),
        ]);
        const folder = folderWith({ ...files, [name]: changed });
        try {
          expect(openRows(folder, { seed }).startMs.length).toBeLessThanOrEqual(20_000_000);
        } catch (error) {
          expect(error).toBeInstanceOf(TraceError);
          expect((error as TraceError).message).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
        }
      }),
      { numRuns: 150 },
    );
  });
});
