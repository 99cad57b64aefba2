// Memory that comes and goes, through typed calls.

import { describe, expect, it } from 'vitest';
import {
  GFP_KERNEL,
  KIND_OFFLINE,
  KIND_UNMOVABLE,
  MEMORY_BLOCK_FRAMES,
  MIGRATE_MOVABLE,
  STATUS_BAD_ARGUMENT,
  STATUS_BUSY,
  ZONE_MOVABLE,
} from '../../../src/core/index.ts';
import { bootGuest, expectSound, kindAt } from '../../support/core.ts';

const PLUG = 0x100000;

describe('Hotplug', () => {
  it('onlines the parts that exist, or all', () => {
    const core = bootGuest({ spanFrames: PLUG + 2 * MEMORY_BLOCK_FRAMES });
    const parts = [
      { start: PLUG, count: 512 },
      { start: PLUG + 2048, count: 1024 },
    ];
    expect(core.hotplug.online(PLUG, MEMORY_BLOCK_FRAMES, ZONE_MOVABLE, parts)).toBe(0);
    expect(core.zone(ZONE_MOVABLE)).toMatchObject({ present: MEMORY_BLOCK_FRAMES, managed: 1536 });
    const next = PLUG + MEMORY_BLOCK_FRAMES;
    expect(core.hotplug.online(next, MEMORY_BLOCK_FRAMES, ZONE_MOVABLE)).toBe(0);
    expect(core.zone(ZONE_MOVABLE).managed).toBe(1536 + MEMORY_BLOCK_FRAMES);
    expect(core.hotplug.offline(next, MEMORY_BLOCK_FRAMES, 0)).toBe(0);
    expectSound(core);
  });

  it('onlines nothing where no part exists', () => {
    const core = bootGuest({ spanFrames: PLUG + MEMORY_BLOCK_FRAMES });
    expect(core.hotplug.online(PLUG, MEMORY_BLOCK_FRAMES, ZONE_MOVABLE, [])).toBe(0);
    expect(core.zone(ZONE_MOVABLE).managed).toBe(0);
    expectSound(core);
  });

  it('takes a range for a kind and type, and gives it back', () => {
    const core = bootGuest();
    const range = { start: 0x4000, count: 512 };
    expect(core.hotplug.allocContig(range, KIND_OFFLINE, MIGRATE_MOVABLE, 1, 0)).toBe(0);
    expect(kindAt(core, 0x4000)).toBe(KIND_OFFLINE);
    expect(core.hotplug.freeContig(0x4000, 512, 0)).toBe(0);
    expect(core.hotplug.allocContig(range, 1, MIGRATE_MOVABLE, 1, 0)).toBe(STATUS_BAD_ARGUMENT);
  });

  it('names the frame in the way, and none where there was none', () => {
    const core = bootGuest();
    expect(core.hotplug.busyFrame).toBeUndefined();
    const start = core.pages.alloc(GFP_KERNEL, 0, 0);
    const contig = (): number =>
      core.hotplug.allocContig({ start, count: 1 }, KIND_UNMOVABLE, MIGRATE_MOVABLE, 1, 0);
    expect(contig()).toBe(STATUS_BUSY);
    expect(core.hotplug.busyFrame).toBe(start);
    core.pages.free(start, 0, 0);
    expect(contig()).toBe(0);
    expect(core.hotplug.busyFrame).toBeUndefined();
  });
});

it.each([undefined, null, 5n, 'x'])('a range has its frames: %s has none', (range) => {
  const { hotplug } = bootGuest();
  expect(() => hotplug.allocContig(range as never, KIND_UNMOVABLE, 0, 1, 0)).toThrow(
    'range: expected',
  );
  expect(() => hotplug.online(0, 512, 0, [range] as never)).toThrow('range: expected');
  expect(() => hotplug.online(0, 512, 0, new Map() as never)).toThrow('ranges: expected a list');
});
