import { describe, expect, it } from 'vitest';
import { KEEP_ALIVES } from '../../../../src/serverless/keep-alive/index.ts';

describe('keep-alive policies', () => {
  it('have a name of their own and a sentence that says how to ask for them', () => {
    expect(new Set(KEEP_ALIVES.map(({ name }) => name)).size).toBe(KEEP_ALIVES.length);
    for (const { name, sentence } of KEEP_ALIVES) {
      expect(name).toMatch(/^[a-z]+$/);
      expect(sentence).toMatch(/^[A-Z].*\.$/);
    }
  });

  it.each(KEEP_ALIVES)('$name works without an argument, and keeps for 0 ms or longer', (spec) => {
    const policy = spec.create();
    for (const nowMs of [0, 1000, 500_000]) {
      policy.arrived(0, nowMs);
      expect(policy.keepMs(0, nowMs + 100)).toBeGreaterThanOrEqual(0);
    }
  });
});
