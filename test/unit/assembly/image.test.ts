// What a copy of a guest is made of: where its bytes are not zero, which pageblocks are in use, and their hash.

import { describe, expect, it } from 'vitest';
import { GFP_KERNEL } from '../../../src/abi/gfp.ts';
import { GUEST_BASE, GUEST_RECORDS_OFFSET } from '../../../src/abi/layout.ts';
import { PAGEBLOCK_FRAMES } from '../../../src/abi/unit.ts';
import type { Core } from '../../../src/core/index.ts';
import { bytesOf, headerWord, rawOf } from '../../../src/core/raw.ts';
import { bootGuest } from '../../support/core.ts';

const FRAMES = 0x2000;
const IMAGE = { start: 0x1000, count: 256 };
const guest = (): Core => bootGuest({ frames: FRAMES, image: IMAGE });

describe('runs of bytes that are not zero', () => {
  it('leave out zeros only, ascend, and end before 256 of them', () => {
    const core = guest();
    const raw = rawOf(core);
    const bytes = bytesOf(core);
    const end = raw.snapshotBytes();
    let last = GUEST_BASE;
    let runs = 0;
    for (let at = raw.nonZeroStart(GUEST_BASE, end); at < end; at = raw.nonZeroStart(last, end)) {
      expect(at).toBeGreaterThanOrEqual(last);
      expect(bytes.subarray(last, at).every((byte) => byte === 0)).toBe(true);
      last = raw.nonZeroEnd(at, end);
      expect(last).toBeGreaterThan(at);
      expect(bytes.subarray(last, last + 64).every((byte) => byte === 0)).toBe(last < end);
      runs += 1;
    }
    expect(bytes.subarray(last, end).every((byte) => byte === 0)).toBe(true);
    expect(runs).toBeGreaterThan(3);
  });
});

describe('a pageblock in use', () => {
  it('is neither a hole nor part of a free block of its size', () => {
    const core = guest();
    const raw = rawOf(core);
    const inUse = (pfn: number): number => raw.blockInUse(pfn / PAGEBLOCK_FRAMES);
    expect(inUse(IMAGE.start)).toBe(1);
    const pfn = raw.allocPages(GFP_KERNEL, 3, 0, 0);
    expect(inUse(pfn - (pfn % PAGEBLOCK_FRAMES))).toBe(1);
    const used = Array.from({ length: FRAMES / PAGEBLOCK_FRAMES }, (_, block) => block).filter(
      (block) => raw.blockInUse(block) === 1,
    );
    expect(used.length).toBeLessThan(6);
  });
});

describe('the hash of a guest', () => {
  it('is the same for the same steps, and another for each byte that differs', () => {
    const core = guest();
    const hash = core.hash();
    expect(guest().hash()).toBe(hash);
    const records = headerWord(core, GUEST_RECORDS_OFFSET);
    const seen = new Set([hash]);
    for (let at = records; at < records + 4096; at += 41) {
      const bytes = bytesOf(core);
      const kept = bytes[at] as number;
      bytes[at] = kept ^ 0x40;
      seen.add(core.hash());
      bytes[at] = kept;
    }
    expect(core.hash()).toBe(hash);
    expect(seen.size).toBe(1 + Math.ceil(4096 / 41));
  });
});
