import { describe, expect, it } from 'vitest';
import {
  expectShortLine,
  hexDigit,
  isDigit,
  startsWith,
} from '../../../../src/recording/read/trace-bytes.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('bytes of a trace', () => {
  it('are digits or not', () => {
    expect([...bytes('09/:a')].map(isDigit)).toEqual([true, true, false, false, false]);
    expect(isDigit(undefined)).toBe(false);
    expect([...bytes('09afgA')].map(hexDigit)).toEqual([0, 9, 10, 15, -1, -1]);
  });

  it('begin with a word at a place, or end before it does', () => {
    expect(startsWith(bytes('a pfn=0x1'), 2, bytes('pfn='))).toBe(true);
    expect(startsWith(bytes('a pfn'), 2, bytes('pfn='))).toBe(false);
  });

  it('that go on without a line break are refused with their begin', () => {
    const begin = bytes(`sh-5 ${'x'.repeat(2 ** 20 - 5)}`);
    expectShortLine('trace.txt', 7, begin);
    expect(() => expectShortLine('trace.txt', 7, Buffer.concat([bytes('sh'), begin]))).toThrow(
      /^trace\.txt:7: expected a line of at most 1048576 bytes, found 'shsh-5 x+\.\.\.'$/,
    );
  });
});
