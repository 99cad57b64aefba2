// The largest guests: one memory of Wasm holds the tables of a guest of 1 TiB, and a page request in it is what it is in a small one.

import { describe, expect, it } from 'vitest';
import { GFP_HIGHUSER_MOVABLE } from '../../src/abi/gfp.ts';
import { FRAMES_PER_GIB } from '../../src/abi/unit.ts';
import { Core, ZONE_NORMAL, boot, layoutOf } from '../../src/core/index.ts';
import { instanceOf } from '../../src/core/core.ts';

const TIB = 1024 * FRAMES_PER_GIB;

/** Bytes of its tables for a frame of a guest of that size without memory objects, whose nodes are page tables: 4 bytes for each frame in use. */
function bytesAFrame(frames: number): number {
  const core = Core.create({ frames, objects: 1, nodes: 1 });
  return instanceOf(core).bytes.byteLength / frames;
}

describe('a guest of 1 TiB', () => {
  it('boots, and has page requests', () => {
    const layout = layoutOf(TIB, []);
    const core = Core.create({ frames: layout.frames });
    boot(core, layout, false);
    const { free, managed } = core.zone(ZONE_NORMAL);
    expect(managed).toBe(TIB - 3 * FRAMES_PER_GIB);
    expect(free).toBe(managed);
    const pfn = core.pages.alloc(GFP_HIGHUSER_MOVABLE, 10, 0);
    expect(pfn).toBeGreaterThanOrEqual(4 * FRAMES_PER_GIB);
    expect(core.zone(ZONE_NORMAL).free).toBe(managed - 1024);
    core.pages.free(pfn, 10, 0);
    expect(core.zone(ZONE_NORMAL).free).toBe(managed);
  }, 240_000);
});

describe('a frame', () => {
  it('takes at most 12 bytes of tables in a guest of any size', () => {
    for (const frames of [FRAMES_PER_GIB, 16 * FRAMES_PER_GIB, TIB]) {
      expect(bytesAFrame(frames)).toBeLessThan(12);
    }
  }, 240_000);
});
