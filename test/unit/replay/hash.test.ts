import { describe, expect, it } from 'vitest';
import { NumberHash } from '../../../src/replay/hash.ts';

function hashOf(...values: number[]): string {
  const hash = new NumberHash();
  hash.addAll(values);
  return hash.digest();
}

describe('NumberHash', () => {
  it('is 16 hexadecimal digits and depends on values and their order', () => {
    expect(hashOf(1, 2)).toMatch(/^[0-9a-f]{16}$/);
    expect(hashOf(1, 2)).toBe(hashOf(1, 2));
    expect(hashOf(1, 2)).not.toBe(hashOf(2, 1));
    expect(hashOf(0)).not.toBe(hashOf(-0));
    expect(hashOf(0.1 + 0.2)).not.toBe(hashOf(0.3));
  });

  it('keeps apart many near numbers', () => {
    const seen = new Set(Array.from({ length: 20_000 }, (_, index) => hashOf(index / 8)));
    expect(seen.size).toBe(20_000);
  });
});
