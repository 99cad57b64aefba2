/** What the kernel does when a request waits for its host: it asks whoever registered, and goes on. */
import { describe, expect, it } from 'vitest';
import {
  GFP_KERNEL,
  STATUS_NO_MEMORY,
  ZONE_DMA32,
  ZONE_NORMAL,
} from '../../../../src/core/index.ts';
import {
  GuestMemory,
  GuestOutOfMemory,
  LlfreeZones,
  requestPages,
} from '../../../../src/guest/index.ts';
import { anonymous, expectSoundCore, llfreeGuest, takeAll } from '../../../support/llfree-guest.ts';

function evicted(): {
  made: ReturnType<typeof llfreeGuest>;
  memory: GuestMemory;
  zones: LlfreeZones;
} {
  const made = llfreeGuest(64, 2);
  takeAll(made, false);
  const memory = new GuestMemory(made.core, false);
  return { made, memory, zones: new LlfreeZones(memory) };
}

describe('a request that waits', () => {
  it('is served when its host has installed: a touch huge frame by huge frame', () => {
    const { made, memory, zones } = evicted();
    const cpus: number[] = [];
    zones.onWait((cpu) => {
      cpus.push(cpu);
      return made.monitor.install(zones.waiting?.pfn ?? -1) >= 0;
    });
    const object = anonymous(made.core);
    expect(memory.touch(object, 0, 2500, true, 1, 0)).toBe(2500);
    expect(cpus.length).toBeGreaterThanOrEqual(4);
    expect(new Set(cpus)).toEqual(new Set([1]));
    expect(requestPages(memory, GFP_KERNEL, 9, 0)).toBeGreaterThan(0);
    expect(cpus.at(-1)).toBe(0);
    expectSoundCore(made.core);
  });

  it('fails where nobody installs', () => {
    const { made, memory } = evicted();
    expect(() => memory.touch(anonymous(made.core), 0, 3000, true, 0, 0)).toThrow(GuestOutOfMemory);
    expect(requestPages(memory, GFP_KERNEL, 9, 0)).not.toBe(STATUS_NO_MEMORY);
  });

  it('is named with the zone that it lies in, above the hole of MMIO, too', () => {
    const made = llfreeGuest(5 * 1024);
    while (made.monitor.reclaim(ZONE_NORMAL, false) >= 0);
    const zones = new LlfreeZones(new GuestMemory(made.core, false));
    made.core.objects.touch(anonymous(made.core), 0, 100, true, 0);
    const pfn = made.core.pages.waitingFrame as number;
    expect(pfn).toBeGreaterThanOrEqual(2 ** 20);
    expect(zones.waiting?.zone).toBe(ZONE_NORMAL);
    expect(zones.shared().map(({ zone }) => zone)).toEqual([ZONE_NORMAL, ZONE_DMA32]);
  });

  it('of ZONE_DMA never comes about: that zone is not shared', () => {
    const { zones } = evicted();
    expect(zones.shared().map(({ zone }) => zone)).toEqual([ZONE_DMA32]);
    expect(zones.waiting).toBeUndefined();
  });
});
