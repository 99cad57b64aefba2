/** Looking into a guest: each frame once, as the counters have it; lists and files of the same moment. */
import { describe, expect, it } from 'vitest';
import { FRAMES_PER_MIB } from '../../../src/abi/unit.ts';
import { RefusedArgument } from '../../../src/check/index.ts';
import { loneHost, touchAndExit } from '../../../src/scenario/guest.ts';
import { Balloon, type GuestFrame, freeFrames, newCounts } from '../../../src/vmm/index.ts';

function counted(frames: Iterable<GuestFrame>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind, host } of frames) {
    counts[kind] = (counts[kind] ?? 0) + 1;
    counts[host] = (counts[host] ?? 0) + 1;
  }
  return counts;
}

const { vm, clock } = loneHost({ memoryFrames: 128 * FRAMES_PER_MIB });
const { guest } = vm;

describe('frames of a guest', () => {
  it('are as many of each kind as the core counts', () => {
    const balloon = new Balloon(vm, clock);
    balloon.setTarget(4 * FRAMES_PER_MIB);
    touchAndExit(guest, 8 * FRAMES_PER_MIB);
    vm.settle(newCounts());
    const counts = counted(guest.frames());
    expect(counts['balloon']).toBe(4 * FRAMES_PER_MIB);
    expect(counts['own']).toBe(guest.core.privateFrames);
    expect(counts['template']).toBeUndefined();
    expect(balloon.frames()).toEqual(
      [...guest.frames()].filter(({ kind }) => kind === 'balloon').map(({ pfn }) => pfn),
    );
  });

  it('are a clone’s own or its template’s', () => {
    const clone = loneHost({ memoryFrames: 128 * FRAMES_PER_MIB }, undefined, true).vm;
    const counts = counted(clone.guest.frames());
    expect(counts['own']).toBe(clone.guest.core.privateFrames);
    // of the template's frames it has mapped those that it has read
    expect(counts['template']).toBeGreaterThan(clone.guest.core.sharedFrames);
    const { kernel } = clone.guest.config;
    const image = kernel.imageFrames + kernel.dynamicFrames + kernel.pageCacheFrames;
    expect(Number(counts['template']) + Number(counts['own'])).toBeGreaterThan(image);
  });

  it('come from the range that was asked for, with the zone that has them', () => {
    const [first, last] = [...guest.frames(0x1000, 2)];
    expect(first).toMatchObject({ pfn: 0x1000, zone: 'DMA32' });
    expect(last?.pfn).toBe(0x1001);
    expect([...guest.frames(0, 1)][0]?.zone).toBe('DMA');
    expect(() => guest.frames(guest.core.spanFrames, 1)).toThrow(RefusedArgument);
    expect(() => guest.frames(-1)).toThrow(RefusedArgument);
  });
});

describe('free lists of a guest', () => {
  it('hold the free frames, and heads of their order’s alignment', () => {
    const lists = guest.freeLists();
    const frames = lists.reduce((sum, { heads, order }) => sum + heads.length * 2 ** order, 0);
    expect(frames).toBe(freeFrames(guest.core));
    for (const { heads, order } of lists) {
      for (const pfn of heads) expect(pfn % 2 ** order).toBe(0);
    }
  });
});

describe('/proc of a guest', () => {
  it('has a line a zone in buddyinfo, of the blocks on the lists', () => {
    const { buddyinfo, pagetypeinfo, zoneinfo } = guest.proc;
    const lines = buddyinfo.trimEnd().split('\n');
    expect(lines.length).toBe(new Set(guest.freeLists().map(({ zone }) => zone)).size);
    const blocks = lines.flatMap((line) => line.trim().split(/\s+/).slice(4).map(Number));
    const heads = guest.freeLists().reduce((sum, list) => sum + list.heads.length, 0);
    expect(blocks.reduce((sum, count) => sum + count, 0)).toBe(heads);
    expect(pagetypeinfo).toContain('Movable');
    expect(zoneinfo).toContain('Node 0, zone    DMA32');
  });

  it('is of the moment in which it is read', () => {
    const { proc } = guest;
    const before = proc.buddyinfo;
    guest.files.read('f', 32 * FRAMES_PER_MIB, 0);
    expect(proc.buddyinfo).not.toBe(before);
  });
});
