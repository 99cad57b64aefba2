import { describe, expect, it } from 'vitest';

import { quoteText, TraceError } from '../../../src/trace/error.ts';

describe('a fault of a trace', () => {
  it('says where, what was expected and what was found', () => {
    const place = { file: 'x/durations.csv', line: 3, column: 7, header: 'Average' };
    const error = new TraceError({ ...place, expected: 'a time', found: '"x"' });
    expect(error.message).toBe(
      'x/durations.csv, line 3, column 7 ("Average"): expected a time, found "x"',
    );
    expect(error).toMatchObject({ name: 'TraceError', ...place, expected: 'a time', found: '"x"' });
  });

  it('leaves out what it does not know', () => {
    const fault = { expected: 'a', found: 'b' };
    expect(new TraceError({ file: 'x', ...fault }).message).toBe('x: expected a, found b');
    expect(new TraceError({ file: 'x', line: 2, ...fault }).message).toBe(
      'x, line 2: expected a, found b',
    );
    expect(new TraceError({ file: 'x', line: 2, column: 1, ...fault }).message).toBe(
      'x, line 2, column 1: expected a, found b',
    );
  });

  it('is one line whatever the names hold', () => {
    const { message } = new TraceError({
      file: 'a\nb\u001b[31m',
      header: 'c\u2028d',
      column: 1,
      expected: 'e\rf',
      found: 'g\u200bh',
    });
    expect(message).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
  });
});

describe('a quote', () => {
  it('is JSON, cut to 60 characters', () => {
    expect(quoteText('a"b')).toBe('"a\\"b"');
    expect(quoteText('x'.repeat(60))).toBe(`"${'x'.repeat(60)}"`);
    expect(quoteText('x'.repeat(61))).toBe(`"${'x'.repeat(60)}…"`);
  });

  it('shows what cannot be printed by its number', () => {
    expect(quoteText('\u200b\u2028\u007f')).toBe('"\\u{200b}\\u{2028}\\u{7f}"');
  });
});
