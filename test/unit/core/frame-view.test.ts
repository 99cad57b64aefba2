// What the view of frames says of blocks whose history is known.

import { describe, expect, it } from 'vitest';
import { GFP_HIGHUSER_MOVABLE, GFP_KERNEL } from '../../../src/abi/gfp.ts';
import {
  KIND_HOLE,
  KIND_MOVABLE,
  KIND_OBJECT,
  KIND_RESERVED,
  KIND_UNMOVABLE,
  OBJECT_ANON,
  ZONE_DMA,
  ZONE_DMA32,
} from '../../../src/abi/layout.ts';
import { NONE } from '../../../src/abi/unit.ts';
import { verify } from '../../../src/core/index.ts';
import { IMAGE, bootGuest, objectFrame } from '../../support/core.ts';

describe('FrameView', () => {
  it('knows kind, order and tag of a block in use', () => {
    const core = bootGuest();
    const pfn = core.pages.alloc(GFP_KERNEL, 4, 0, 99);
    expect(core.frames.kind(pfn)).toBe(KIND_UNMOVABLE);
    expect(core.frames.order(pfn)).toBe(4);
    expect(core.frames.tag(pfn)).toBe(99);
    expect(core.frames.kind(IMAGE.start)).toBe(KIND_RESERVED);
    expect(core.frames.kind(0)).toBe(KIND_HOLE);
  });

  it('knows the owner of an object page', () => {
    const core = bootGuest();
    const id = core.objects.create(OBJECT_ANON, NONE, GFP_HIGHUSER_MOVABLE);
    expect(core.objects.touch(id, 0, 3, true, 0)).toBe(3);
    const pfn = objectFrame(core, id, 2);
    expect(core.frames.kind(pfn)).toBe(KIND_OBJECT);
    expect(core.frames.object(pfn)).toBe(id);
  });

  it('knows the zone of a frame, and that there may be none', () => {
    const core = bootGuest({ spanFrames: 0x20000 });
    expect(core.frames.zone(300)).toBe(ZONE_DMA);
    expect(core.frames.zone(0x9000)).toBe(ZONE_DMA32);
    expect(core.frames.zone(0x18000)).toBe(NONE);
  });

  it('knows which frames are still the template’s', () => {
    const core = bootGuest();
    core.backing.touch(0x9000, 2, true);
    core.backing.freezeTemplate();
    core.backing.touch(0x9000, 1, true);
    expect([0x9000, 0x9001, 0x9002].map((pfn) => core.frames.isTemplate(pfn))).toEqual([
      false,
      true,
      false,
    ]);
  });

  it('splits a block into pages that can be freed one by one', () => {
    const core = bootGuest();
    const free = core.zone(ZONE_DMA32).free;
    const head = core.pages.alloc(GFP_HIGHUSER_MOVABLE, 3, 0, 7);
    core.frames.split(head, 3);
    for (let pfn = head; pfn < head + 8; pfn += 1) {
      expect([core.frames.kind(pfn), core.frames.order(pfn)]).toEqual([KIND_MOVABLE, 0]);
      expect(core.frames.tag(pfn)).toBe(7);
      expect(core.pages.free(pfn, 0, 0)).toBe(0);
    }
    core.pages.drainAll();
    expect(core.zone(ZONE_DMA32).free).toBe(free);
    expect(verify(core)).toBeUndefined();
  });

  it('changes and copies nothing beyond the span', () => {
    const core = bootGuest();
    const { frames, spanFrames } = core;
    const hash = core.hash();
    expect(() => frames.setKind(0, spanFrames + 1, KIND_HOLE)).toThrow(RangeError);
    expect(() => frames.setKind(5, 4, KIND_HOLE)).toThrow(RangeError);
    expect(() => frames.split(0, 40)).toThrow(RangeError);
    expect(() => frames.split(spanFrames - 1, 1)).toThrow(RangeError);
    expect(() => frames.slice(-1, 2)).toThrow(RangeError);
    expect(() => frames.slice(0, spanFrames + 1)).toThrow(RangeError);
    expect(core.hash()).toBe(hash);
  });
});

it('a frame has a number, or is refused by name', () => {
  const core = bootGuest();
  const { frames } = core;
  for (const pfn of [-1, 0.5, 5n, Symbol('x'), Object.create(null), 'x'] as never[]) {
    for (const name of ['kind', 'order', 'object', 'tag', 'zone', 'isTemplate'] as const) {
      expect(() => frames[name](pfn)).toThrow('frames: pfn: expected a whole number');
    }
    expect(() => core.stat(pfn)).toThrow('stat: index: expected a whole number');
    expect(() => core.czones.isPooled(pfn)).toThrow('czones.isPooled: pfn');
  }
  expect(() => frames.countPrivate(5 as never)).toThrow('objects: expected');
});
