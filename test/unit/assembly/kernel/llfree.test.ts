/** The guest kernel on LLFree: what it boots with, which frames it hands out, what waits for its host. */
import { describe, expect, it } from 'vitest';
import { GFP_HIGHUSER_MOVABLE, GFP_KERNEL } from '../../../../src/abi/gfp.ts';
import { KIND_FREE, KIND_OFFLINE, ZONE_DMA32 } from '../../../../src/abi/layout.ts';
import {
  STATUS_BAD_STATE,
  STATUS_BUSY,
  STATUS_NEED_INSTALL,
  STATUS_SKIPPED,
} from '../../../../src/abi/status.ts';
import { Core, CoreError } from '../../../../src/core/index.ts';
import { rawOf } from '../../../../src/core/raw.ts';
import {
  HUGE,
  anonymous,
  expectSoundCore,
  llfreeGuest,
  takeAll,
} from '../../../support/llfree-guest.ts';

function framesOf(core: Core, object: number, pages: number): number[] {
  return Array.from({ length: pages }, (_, at) => core.objects.frame(object, at));
}

describe('boot', () => {
  it('hands all over that is not reserved', () => {
    const { core } = llfreeGuest(64);
    const [dma, dma32] = core.kernelZones;
    expect([dma?.free, dma?.managed]).toEqual([158 + 4096 - 256, 158 + 4096 - 256]);
    expect([dma32?.free, dma32?.managed]).toEqual([12_288 - 700, 12_288 - 700]);
    expectSoundCore(core);
  });

  it('a copy of the guest goes on as the guest would have', () => {
    const { core } = llfreeGuest(64);
    const object = anonymous(core);
    core.objects.touch(object, 0, 100, true, 0);
    const copy = Core.fromSnapshot(core.snapshot());
    for (const each of [core, copy]) each.objects.touch(object, 100, 700, true, 0);
    expect(copy.hash()).toBe(core.hash());
    expectSoundCore(copy);
  });
});

describe('frames', () => {
  it('are LLFree’s, numbered from the zone’s start: small ones of a kind fill one tree', () => {
    const { core } = llfreeGuest(256);
    const object = anonymous(core);
    expect(core.objects.touch(object, 0, 64, true, 0)).toBe(64);
    const frames = framesOf(core, object, 64);
    expect(frames).toEqual(frames.map((_, at) => (frames[0] as number) + at));
    const kernel = core.pages.alloc(GFP_KERNEL, 0, 0);
    expect(Math.floor(kernel / 4096)).not.toBe(Math.floor((frames[0] as number) / 4096));
    expectSoundCore(core);
  });

  it('that are freed are free at once, on no list', () => {
    const { core } = llfreeGuest(64);
    const free = core.kernelZones[ZONE_DMA32]?.free;
    const pfn = core.pages.alloc(GFP_HIGHUSER_MOVABLE, 3, 0);
    expect(core.pages.free(pfn, 3, 0)).toBe(0);
    expect(core.kernelZones[ZONE_DMA32]?.free).toBe(free);
    expect(core.frames.kind(pfn + 5)).toBe(KIND_FREE);
    expectSoundCore(core);
  });

  it('of the lower zone come when the higher is at its mark, and none at the end', () => {
    const { core } = llfreeGuest(64);
    let last = 0;
    for (let got = 0; got >= 0; got = core.pages.alloc(GFP_KERNEL, 0, 0)) last = got;
    expect(last).toBeLessThan(4096);
    expectSoundCore(core);
  });

  it('all come back when objects of several processes end', () => {
    const { core } = llfreeGuest(128, 2);
    const before = core.kernelZones.map((zone) => zone.free);
    const parent = anonymous(core);
    core.objects.touch(parent, 0, 2000, true, 0);
    const child = core.objects.fork(parent, -1, 0, 1);
    core.objects.touch(child, 500, 900, true, 1);
    expectSoundCore(core);
    core.objects.destroy(parent, 1);
    core.objects.destroy(child, 0);
    expect(core.kernelZones.map((zone) => zone.free)).toEqual(before);
    expectSoundCore(core);
  });
});

describe('where the host has taken memory', () => {
  it('a request waits until it is there again, and then gets what it was meant to get', () => {
    const guest = llfreeGuest(64);
    const { core, monitor } = guest;
    const taken = takeAll(guest, false);
    expect(core.pages.alloc(GFP_KERNEL, 9, 0)).toBe(STATUS_NEED_INSTALL);
    expect(core.pages.alloc(GFP_KERNEL, 9, 0)).toBe(STATUS_NEED_INSTALL);
    expectSoundCore(core, 'while it waits');
    const pfn = core.pages.waitingFrame as number;
    expect(taken).toContain(pfn);
    expect(monitor.install(pfn)).toBe(HUGE);
    expect(core.pages.alloc(GFP_KERNEL, 9, 0)).toBe(pfn);
    expect(core.pages.waitingFrame).toBeUndefined();
    expectSoundCore(core, 'when it has it');
  });

  it('what waits goes back when another request comes first', () => {
    const guest = llfreeGuest(64);
    const { core } = guest;
    takeAll(guest, false);
    const free = core.kernelZones[ZONE_DMA32]?.free as number;
    expect(core.pages.alloc(GFP_KERNEL, 9, 0)).toBe(STATUS_NEED_INSTALL);
    const small = core.pages.alloc(GFP_KERNEL, 0, 0);
    const left = core.kernelZones[ZONE_DMA32]?.free as number;
    expect(free - left).toBeLessThanOrEqual(1);
    expect(small >= 0 || small === STATUS_NEED_INSTALL).toBe(true);
    expectSoundCore(core);
  });

  it('a touch stops at each huge frame and goes on from there', () => {
    const guest = llfreeGuest(64);
    const { core, monitor } = guest;
    takeAll(guest, false);
    const object = anonymous(core);
    let from = 0;
    let installs = 0;
    for (;;) {
      const got = core.objects.touch(object, from, 3000 - from, true, 0);
      if (got >= 0) break;
      expect(got).toBe(STATUS_NEED_INSTALL);
      from = core.objects.stoppedAt;
      monitor.install((core.pages.waitingFrame as number) & ~(HUGE - 1));
      installs += 1;
    }
    expect(core.objects.pages(object)).toBe(3000);
    expect(installs).toBeGreaterThanOrEqual(Math.floor(3000 / HUGE));
    expectSoundCore(core);
  });
});

describe('what LLFree has not', () => {
  it('is refused: CZones, compaction, memory taken out or brought in, recordings', () => {
    const { core } = llfreeGuest(64);
    expect(() => Core.create({ frames: 8192, czones: 1, build: 'verify-llfree' })).toThrow(
      CoreError,
    );
    expect(rawOf(core).compactZone(ZONE_DMA32, 0)).toBe(STATUS_SKIPPED);
    expect(rawOf(core).contigAlloc(8192, HUGE, KIND_OFFLINE, 1, 1, 0)).toBe(STATUS_BUSY);
    expect(rawOf(core).programRun(0, 0, 0, 0)).toBe(STATUS_BAD_STATE);
    expect(rawOf(core).stateBlock(8192, 1, 1)).toBe(STATUS_BAD_STATE);
    expect(rawOf(core).czoneRegion(8192, HUGE, HUGE)).toBe(STATUS_BAD_STATE);
    expectSoundCore(core);
  });
});
