/** HyperAlloc's monitor on a guest kernel on LLFree: what it takes, what it leaves, what it does not believe. */
import { describe, expect, it } from 'vitest';
import { GFP_KERNEL } from '../../../../src/abi/gfp.ts';
import { KERNEL_ZONES, ZONE_DMA32 } from '../../../../src/abi/layout.ts';
import { LLFREE_ENTRIES_OFFSET } from '../../../../src/abi/llfree.ts';
import {
  STATUS_BAD_ARGUMENT,
  STATUS_BAD_STATE,
  STATUS_NO_MEMORY,
} from '../../../../src/abi/status.ts';
import { wordsOf } from '../../../../src/core/raw.ts';
import {
  HUGE,
  type LlfreeGuest,
  anonymous,
  expectSoundCore,
  llfreeGuest,
  tableOf,
  takeAll,
} from '../../../support/llfree-guest.ts';

const MIB = 256;

function freeOf({ core }: LlfreeGuest): number {
  return core.kernelZones[ZONE_DMA32]?.free ?? 0;
}

describe('what the monitor takes', () => {
  it('are the huge frames that are free, each once; softly they stay the guest’s', () => {
    const guest = llfreeGuest(64);
    const free = freeOf(guest);
    const taken = takeAll(guest, false);
    // 700 frames are reserved from 16 MiB on: two huge frames are in use
    expect(taken).toHaveLength(24 - 2);
    expect(new Set(taken).size).toBe(taken.length);
    expect(freeOf(guest)).toBe(free);
    expectSoundCore(guest.core);
  });

  it('hard they are not free any more until they are returned, and then without memory', () => {
    const guest = llfreeGuest(64);
    const { core, monitor } = guest;
    const free = freeOf(guest);
    const taken = takeAll(guest, true);
    expect(freeOf(guest)).toBe(free - taken.length * HUGE);
    expect(core.pages.alloc(GFP_KERNEL, 9, 0)).toBeLessThan(4096);
    expectSoundCore(core, 'while they are gone');
    for (const pfn of taken) expect(monitor.giveBack(pfn)).toBe(0);
    expect(freeOf(guest)).toBe(free);
    expect(monitor.giveBack(taken[0] as number)).toBe(STATUS_BAD_STATE);
    expect(monitor.install(taken[0] as number)).toBe(HUGE);
    expectSoundCore(core, 'when they are back');
  });

  it('no huge frame in use, nor one of a tree that a CPU has reserved', () => {
    const guest = llfreeGuest(256);
    const { core } = guest;
    const object = anonymous(core);
    core.objects.touch(object, 0, 1000, true, 0);
    const used = new Set(
      Array.from({ length: 1000 }, (_, at) => Math.floor(core.objects.frame(object, at) / 4096)),
    );
    const taken = takeAll(guest, false);
    expect(taken.some((pfn) => used.has(Math.floor(pfn / 4096)))).toBe(false);
    core.objects.destroy(object, 0);
    core.pages.drainAll();
    const more = takeAll(guest, false);
    expect(new Set(more.map((pfn) => Math.floor(pfn / 4096)))).toEqual(used);
  });

  it('a huge frame comes back with memory behind all of it, and is installed once', () => {
    const guest = llfreeGuest(64);
    const { core, monitor } = guest;
    const [first = 0] = takeAll(guest, false);
    core.backing.touch(first + 7, 2, true);
    expect(monitor.install(first)).toBe(HUGE - 2);
    expect(core.backing.count(first, HUGE)).toBe(HUGE);
    expect(monitor.install(first)).toBe(STATUS_BAD_STATE);
    expectSoundCore(core);
  });
});

describe('what is no huge frame of a zone', () => {
  it('is refused', () => {
    const { monitor } = llfreeGuest(64);
    for (const pfn of [1, 8193, 64 * MIB, 2 ** 31]) {
      expect(monitor.install(pfn)).toBe(STATUS_BAD_ARGUMENT);
      expect(monitor.giveBack(pfn)).toBe(STATUS_BAD_ARGUMENT);
    }
    expect(monitor.reclaim(KERNEL_ZONES, false)).toBe(STATUS_BAD_ARGUMENT);
    expect(monitor.reclaim(KERNEL_ZONES - 1, false)).toBe(STATUS_NO_MEMORY);
  });

  it('is not taken, whatever the guest has written there', () => {
    const guest = llfreeGuest(62);
    const { core, monitor } = guest;
    // all entries say free, those behind the zone's end, too: 4 trees, the last of which has room for two more
    const words = wordsOf(core);
    const at = tableOf(core, LLFREE_ENTRIES_OFFSET);
    words.fill(0x0200_0200, at >>> 2, (at >>> 2) + 4 * 16);
    const answers = Array.from({ length: 64 }, () => monitor.reclaim(ZONE_DMA32, false));
    const taken = answers.filter((answer) => answer >= 0);
    expect(Math.max(...taken) + HUGE).toBeLessThanOrEqual(62 * MIB);
    expect(answers).toContain(STATUS_BAD_STATE);
    expect(core.backing.count(0, core.spanFrames)).toBe(core.backedFrames);
  });
});
