import { describe, expect, it } from 'vitest';
import {
  IDLE_POLICIES,
  expectParkable,
  idlePolicyOf,
  unparkable,
} from '../../../../src/serverless/idle/index.ts';
import { SYSTEMS } from '../../../../src/serverless/index.ts';

describe('idle policies', () => {
  it('have a name of their own and a sentence', () => {
    expect(new Set(IDLE_POLICIES.map(({ name }) => name)).size).toBe(IDLE_POLICIES.length);
    for (const { name, sentence } of IDLE_POLICIES) {
      expect(name).toMatch(/^[a-z]+$/);
      expect(sentence).toMatch(/^[A-Z].*\.$/);
    }
  });

  it.each(IDLE_POLICIES)('$name works without an argument', (spec) => {
    for (const { afterMs, way } of spec.create().steps(0, 1000)) {
      expect(afterMs).toBeGreaterThanOrEqual(0);
      expect(spec.create().ways).toContain(way);
    }
  });

  it('named together do their parts one after the other', () => {
    const policy = idlePolicyOf('suspend:5m,park:10s')();
    expect(policy.ways).toEqual(['suspend', 'park']);
    expect(policy.steps(3, 0).map(({ way, afterMs }) => [way, afterMs])).toEqual([
      ['park', 10_000],
      ['suspend', 300_000],
    ]);
  });

  it('named twice, or with something else than a time, are refused', () => {
    for (const text of ['park:1s,park:2s', 'park,keep', 'park:soon', 'suspend:1s/fast', 'rest']) {
      expect(() => idlePolicyOf(text), text).toThrow('expected');
    }
    expect(() => idlePolicyOf(5 as never)).toThrow('idle: expected');
  });

  it('that park are refused for the systems that say why they cannot', () => {
    const park = idlePolicyOf('park')();
    const refused = SYSTEMS.filter((system) => {
      try {
        expectParkable([system], park);
        return false;
      } catch (error) {
        expect(String(error)).toMatch(/idle: expected systems that can be parked: .+, found/);
        return true;
      }
    });
    expect(refused.map(({ name }) => name)).toEqual([
      'mcpv-static',
      'mcpv-reporting',
      'mcpv-squeezy',
      'mcpv-faascale',
      'mcpv-hyperalloc',
    ]);
    expect(() => expectParkable(SYSTEMS, idlePolicyOf('suspend')())).not.toThrow();
  });

  it('that park say why each of those systems cannot, and others leave none out', () => {
    const reasons = SYSTEMS.flatMap(({ noPark }) => noPark ?? []);
    const left = unparkable(SYSTEMS, idlePolicyOf('park,suspend:5m')());
    expect(left.map(({ reason }) => reason)).toEqual(reasons);
    expect(unparkable(SYSTEMS, idlePolicyOf('suspend:5m')())).toEqual([]);
  });

  it('that park name those that can, if several cannot', () => {
    expect(() => expectParkable(SYSTEMS, idlePolicyOf('park')())).toThrow(
      /can be parked: scpv-boot, .*mcpv-czone.*, found "?mcpv-static/,
    );
  });
});
