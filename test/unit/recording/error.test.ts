import { describe, expect, it } from 'vitest';

import { quote, RecordingError } from '../../../src/recording/error.ts';

describe('a fault of a recording', () => {
  it('says file, line, what was expected and what was found, in one line', () => {
    const error = new RecordingError('trace.txt', 12, 'an event', "'x'");
    expect(error.message).toBe("trace.txt:12: expected an event, found 'x'");
    expect([error.name, error.file, error.line]).toEqual(['RecordingError', 'trace.txt', 12]);
  });

  it('of a whole file has no line', () => {
    expect(new RecordingError('a', 0, 'b', 'c').message).toBe('a: expected b, found c');
  });
});

describe('text from a file', () => {
  it('is quoted without what a terminal would take for orders', () => {
    expect(quote('a\u001b[31m\nb\u00e9')).toBe("'a?[31m?b?'");
  });

  it('is cut to 60 characters', () => {
    expect(quote('x'.repeat(60))).toBe(`'${'x'.repeat(60)}'`);
    expect(quote('x'.repeat(61))).toBe(`'${'x'.repeat(57)}...'`);
  });
});
