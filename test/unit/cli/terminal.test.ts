import { describe, expect, it } from 'vitest';
import { printable, watched } from '../../../src/cli/terminal.ts';

describe('text for a terminal', () => {
  it('has no character that controls it, but line breaks', () => {
    const text = 'a\u001b[31mb\u009b\u202ec\r\n\u007f\u2028d\u{e0041}';
    expect(printable(text)).toBe(
      'a\\u001b[31mb\\u009b\\u202ec\\u000d\n\\u007f\\u2028d\\udb40\\udc41',
    );
    expect(printable('Größe 1,5 · 日本 🎈')).toBe('Größe 1,5 · 日本 🎈');
  });

  it('is the same JSON as before', () => {
    const value = { name: 'x\u001b]0;y\u0007\u009b\u202e\u{e0041}' };
    expect(JSON.parse(printable(JSON.stringify(value, null, 2)))).toEqual(value);
  });
});

it('whoever wants to hear nothing is not watched for', () => {
  expect(watched({ quiet: true })).toBe(undefined);
  expect(watched({})).toBe(process.stderr);
});
