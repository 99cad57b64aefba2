import { describe, expect, it } from 'vitest';

import { FOOTPRINT_NAMES, footprintBytes, FOOTPRINTS } from '../../../src/cost/footprint.ts';

const MIB = 2 ** 20;

describe('footprints', () => {
  it.each(FOOTPRINT_NAMES)('%s is whole bytes from low to high, with unit and source', (name) => {
    const { lowBytes, typicalBytes, highBytes, unit, source } = FOOTPRINTS[name];
    for (const bytes of [lowBytes, typicalBytes, highBytes]) {
      expect(Number.isInteger(bytes)).toBe(true);
    }
    expect(lowBytes).toBeLessThanOrEqual(typicalBytes);
    expect(typicalBytes).toBeLessThanOrEqual(highBytes);
    expect(typicalBytes).toBeGreaterThan(0);
    expect(unit).not.toBe('');
    expect(source).toMatch(/\[[EDSR]\]/);
    expect(FOOTPRINTS[name].name).toBe(name);
  });

  it('are read at a level, the typical one unless told', () => {
    expect(footprintBytes('vmmPerVm')).toBe(5 * MIB);
    expect(footprintBytes('vmmPerVm', 'typical')).toBe(5 * MIB);
    expect(footprintBytes('vmmPerVm', 'high')).toBe(7 * MIB);
    expect(footprintBytes('vmmPerVm', 'low')).toBe(Math.round(3.2 * MIB));
  });

  it('of struct pages are what 64 bytes a frame come to', () => {
    expect(footprintBytes('structPagesPerGiB')).toBe((2 ** 30 / 4096) * 64);
  });
});
