import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { TraceError, openTrace } from '../../../src/trace/index.ts';
import { faultOf, lines, makeFolder, makeVhive, vhiveFiles } from '../../support/trace-folders.ts';

const seed = 1;

/** A good folder with one file replaced. */
function broken(name: string, change: (content: string) => string): string {
  const files = vhiveFiles(Array.from({ length: 9 }, () => [1, 2, 3]));
  return makeFolder({ ...files, [name]: change(files[name] as string) });
}

/** Replaces the cell of a 1-based line and column. */
function withCell(content: string, line: number, column: number, text: string): string {
  const rows = content.split('\n').map((row) => row.split(','));
  (rows[line - 1] as string[])[column - 1] = text;
  return rows.map((row) => row.join(',')).join('\n');
}

describe('a path', () => {
  it('that does not exist is named', () => {
    const fault = faultOf(() => openTrace('/nonexistent', { seed }));
    expect(fault.message).toBe(
      '/nonexistent: expected a readable file or folder, found nothing of that name',
    );
  });

  it('of a folder without one of the three files names the file', () => {
    for (const missing of ['invocations.csv', 'durations.csv', 'memory.csv']) {
      const files = vhiveFiles([[1]]);
      delete files[missing];
      const folder = makeFolder(files);
      const fault = faultOf(() => openTrace(folder, { seed }));
      expect(fault.file).toBe(join(folder, missing));
      expect(fault.message).toContain('expected this file in the folder, found only ');
    }
  });

  it('of an empty folder, an unknown file or a folder in place of a file is refused', () => {
    const folder = makeFolder({ 'readme.csv': 'hello,world\n1,2\n' });
    expect(faultOf(() => openTrace(folder, { seed })).found).toBe(
      'a folder without any of their files',
    );
    const file = join(folder, 'readme.csv');
    expect(faultOf(() => openTrace(file, { seed })).found).toContain('none of their headers');
    const vhive = makeFolder({ 'invocations.csv': 'x', 'memory.csv': 'x' });
    mkdirSync(join(vhive, 'durations.csv'));
    expect(() => openTrace(vhive, { seed })).toThrow(TraceError);
  });

  it('with control characters still makes one line', () => {
    const { message } = faultOf(() => openTrace('/no\nsuch\u2028\u001b[31mpath', { seed }));
    expect(message).not.toMatch(/[\p{Cc}\u2028]/u);
  });
});

describe('a count', () => {
  it.each(['12x', '-1', 'NaN', 'nan', '', '1.5', '1e30', 'Infinity', '0x10', '١'])(
    'of %j in row 7 is refused with file, line, column and header',
    (text) => {
      const folder = broken('invocations.csv', (content) => withCell(content, 7, 6, text));
      const fault = faultOf(() => openTrace(folder, { seed }));
      expect(fault).toMatchObject({
        file: join(folder, 'invocations.csv'),
        line: 7,
        column: 6,
        header: '481',
        expected: 'a count (an integer of 0 or more)',
        found: JSON.stringify(text),
      });
      expect(fault.message).toBe(
        `${fault.file}, line 7, column 6 ("481"): expected ${fault.expected}, found ${fault.found}`,
      );
    },
  );

  it('is refused past the limit on the minutes too', () => {
    const folder = broken('invocations.csv', (content) => withCell(content, 7, 7, 'x'));
    expect(faultOf(() => openTrace(folder, { seed, minutes: 1 })).column).toBe(7);
  });

  it('that is huge is refused before memory is taken for it', () => {
    const folder = makeVhive([[4_000_000_000, 1]]);
    const fault = faultOf(() => openTrace(folder, { seed }));
    expect(fault).toMatchObject({ line: 2, column: 5, header: '480' });
    expect(fault.expected).toContain('at most 40000000 invocations');
  });

  it('is refused where the sum passes the limit', () => {
    const folder = makeVhive([
      [3, 3],
      [3, 3],
    ]);
    const fault = faultOf(() => openTrace(folder, { seed, maximumInvocations: 11 }));
    expect(fault).toMatchObject({ line: 3, header: '481', found: '12 up to here' });
    expect(openTrace(folder, { seed, maximumInvocations: 12 }).startMs).toHaveLength(12);
  });
});

describe('a table', () => {
  it('with a bad duration or memory names the cell', () => {
    const durations = broken('durations.csv', (content) => withCell(content, 7, 11, 'fast'));
    expect(faultOf(() => openTrace(durations, { seed }))).toMatchObject({
      line: 7,
      column: 11,
      header: 'percentile_Average_50',
      found: '"fast"',
    });
    const memory = broken('memory.csv', (content) => withCell(content, 7, 5, '-3'));
    expect(faultOf(() => openTrace(memory, { seed }))).toMatchObject({
      line: 7,
      header: 'AverageAllocatedMb',
    });
  });

  it('cut off in the middle of a row names the row and the first missing cell', () => {
    const folder = broken('invocations.csv', (content) =>
      content.slice(0, content.lastIndexOf(',')),
    );
    expect(faultOf(() => openTrace(folder, { seed }))).toMatchObject({
      line: 10,
      column: 7,
      header: '482',
      expected: '7 cells as in the header',
      found: '6',
    });
  });

  it('with too many cells in a row names the first surplus one', () => {
    const folder = broken('memory.csv', (content) => withCell(content, 3, 6, '9,9'));
    expect(faultOf(() => openTrace(folder, { seed }))).toMatchObject({ line: 3, column: 7 });
  });

  it('with a header twice or a header missing is refused', () => {
    const twice = broken('invocations.csv', (content) => withCell(content, 1, 6, '480'));
    expect(faultOf(() => openTrace(twice, { seed }))).toMatchObject({
      line: 1,
      column: 6,
      expected: 'each header once',
    });
    const missing = broken('durations.csv', (content) => withCell(content, 1, 4, 'Mean'));
    expect(faultOf(() => openTrace(missing, { seed })).expected).toBe('a column "Average"');
  });

  it('with a hole in its minutes, or none, is refused', () => {
    const hole = broken('invocations.csv', (content) => withCell(content, 1, 7, '4000000000'));
    expect(faultOf(() => openTrace(hole, { seed }))).toMatchObject({ line: 1, column: 7 });
    const none = makeFolder({
      ...vhiveFiles([[1]]),
      'invocations.csv': lines('HashOwner,HashApp,HashFunction', 'o,a,f'),
    });
    expect(faultOf(() => openTrace(none, { seed })).expected).toContain('minute columns');
  });

  it('that is empty or has a header only is refused', () => {
    for (const content of ['', '\n\n', 'HashOwner,HashApp,HashFunction,Trigger,1\n']) {
      const fault = faultOf(() =>
        openTrace(
          broken('invocations.csv', () => content),
          { seed },
        ),
      );
      expect(fault.file).toMatch(/invocations\.csv$/);
    }
  });

  it('with an open quote is refused at the row where it opens', () => {
    const folder = broken('invocations.csv', (content) => withCell(content, 5, 3, '"f'));
    expect(faultOf(() => openTrace(folder, { seed }))).toMatchObject({ line: 5 });
  });

  it('of one endless row is refused', () => {
    const folder = broken('invocations.csv', () => 'x'.repeat(3_000_000));
    expect(faultOf(() => openTrace(folder, { seed })).message.length).toBeLessThan(400);
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
        const folder = makeFolder({ ...files, [name]: changed });
        try {
          expect(openTrace(folder, { seed }).startMs.length).toBeLessThanOrEqual(40_000_000);
        } catch (error) {
          expect(error).toBeInstanceOf(TraceError);
          expect((error as TraceError).message).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe('options', () => {
  it('out of range are the caller’s fault', () => {
    const folder = makeVhive([[1]]);
    expect(() => openTrace(folder, { seed: -1 })).toThrow(RangeError);
    expect(() => openTrace(folder, { seed, minutes: 0 })).toThrow(RangeError);
    expect(() => openTrace(folder, { seed, minutes: 1.5 })).toThrow(RangeError);
  });
});
