import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { hotplugStart, memmapFrames, memoryFor, roomFor } from '../../../src/vmm/index.ts';

const BLOCK = 32_768;

describe('sizes of VMs', () => {
  it('are the fewest memory blocks that hold what is needed, the memmap and a twelfth more', () => {
    const need = fc.integer({ min: 1, max: 2 ** 24 });
    fc.assert(
      fc.property(need, (frames) => {
        const size = memoryFor(frames);
        const fits = (of: number): boolean => ((frames + memmapFrames(of)) * 13) / 12 <= of;
        expect(size % BLOCK).toBe(0);
        expect(fits(size)).toBe(true);
        expect(fits(size - BLOCK)).toBe(false);
      }),
    );
  });

  it('leave room for a twelfth', () => {
    expect(roomFor((BLOCK * 12) / 13)).toBe(BLOCK);
    expect(roomFor((BLOCK * 12) / 13 + 1)).toBe(2 * BLOCK);
  });

  it('put plugged memory behind all of a VM, and above 4 GiB', () => {
    expect(hotplugStart(BLOCK)).toBe(2 ** 20);
    expect(hotplugStart(3 * 2 ** 18)).toBe(2 ** 20);
    expect(hotplugStart(3 * 2 ** 18 + 1)).toBe(2 ** 20 + BLOCK);
  });
});
