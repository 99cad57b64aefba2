/** csv-parse in the package, for runtimes without a Buffer: it reads what it reads with Node's. */
import { join } from 'node:path';
import { build } from 'esbuild';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { ROOT } from '../house/tree.ts';

interface TextBytesClass {
  from(value: Uint8Array): Buffer;
  isBuffer(value: unknown): boolean;
  compare(a: Buffer, b: Buffer): number;
  concat(parts: readonly Buffer[]): Buffer;
}

const { TextBytes } = (await import(join(ROOT, 'package/buffer.mjs'))) as {
  TextBytes: TextBytesClass;
};
const DIALECT = { bom: true, trim: true, relax_column_count: true, skip_empty_lines: true };

let parseWithout: typeof parse;

/** All of it in one module, in which Buffer is ours. */
beforeAll(async () => {
  const { outputFiles } = await build({
    stdin: { contents: "export * from 'csv-parse/sync'", resolveDir: ROOT },
    bundle: true,
    format: 'esm',
    write: false,
    define: { Buffer: 'TextBytes' },
    inject: ['./package/buffer.mjs'],
  });
  const text = Buffer.from(outputFiles[0]!.contents).toString('base64');
  const made = (await import(`data:text/javascript;base64,${text}`)) as { parse: typeof parse };
  parseWithout = made.parse;
});

function outcome(read: typeof parse, text: string): unknown {
  const lines: number[] = [];
  try {
    const onRecord = (cells: string[], { lines: line }: { lines: number }): string[] => {
      lines.push(line);
      return cells;
    };
    return [read(text, { ...DIALECT, max_record_size: 40, on_record: onRecord }), lines];
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    return [code, message, lines];
  }
}

it('rows, lines and refusals are the same', () => {
  const sign = fc.constantFrom(
    '"',
    ',',
    '\n',
    '\r\n',
    ' ',
    '\t',
    'a',
    '7',
    'é',
    '…',
    '😀',
    '\ufeff',
  );
  const texts = fc.array(sign, { maxLength: 60 }).map((signs) => signs.join(''));
  fc.assert(
    fc.property(texts, (text) => {
      expect(outcome(parseWithout, text)).toEqual(outcome(parse, text));
    }),
    { numRuns: 2000 },
  );
});

it('what it uses of Buffer does what Buffer does', () => {
  const bytes = fc.uint8Array({ maxLength: 12 });
  fc.assert(
    fc.property(bytes, bytes, fc.nat(6), fc.nat(12), (a, b, start, end) => {
      const [mine, other] = [TextBytes.from(a), TextBytes.from(b)];
      const [theirs, another] = [Buffer.from(a), Buffer.from(b)];
      expect(TextBytes.compare(mine, other)).toBe(Buffer.compare(theirs, another));
      expect(mine.equals(other)).toBe(theirs.equals(another));
      const both = TextBytes.concat([mine, other]);
      expect(Buffer.from(both)).toEqual(Buffer.concat([theirs, another]));
      expect(mine.slice(start, end).toString()).toBe(theirs.subarray(start, end).toString());
      expect(mine.toString('utf8', start, Math.max(start, end))).toBe(
        theirs.toString('utf8', start, Math.max(start, end)),
      );
      expect(mine.slice(start).buffer).toBe(mine.buffer);
    }),
  );
  expect(TextBytes.isBuffer(new Uint8Array(1))).toBe(false);
});
