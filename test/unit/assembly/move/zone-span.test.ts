// A zone's span follows its memory: it grows to hold what comes and ends where the last of it is.

import { describe, expect, it } from 'vitest';
import {
  PCP_COUNT_OFFSET,
  PCP_STRIDE,
  ZONE_COMPACT_FREE_OFFSET,
} from '../../../../src/abi/layout.ts';
import { GUEST_PCPS_OFFSET } from '../../../../src/abi/layout.ts';
import {
  type Core,
  GFP_HIGHUSER_MOVABLE,
  MEMORY_BLOCK_FRAMES,
  ZONE_MOVABLE,
} from '../../../../src/core/index.ts';
import { headerWord, wordsOf } from '../../../../src/core/raw.ts';
import { bootGuest, expectSound, zoneField } from '../../../support/core.ts';

const BLOCK = MEMORY_BLOCK_FRAMES;
const PLUG = 0x100000;
const at = (block: number): number => PLUG + block * BLOCK;

/** The memory blocks are online, in this order. */
function guest(...blocks: number[]): Core {
  const core = bootGuest({ spanFrames: at(4) });
  for (const block of blocks) expect(core.hotplug.online(at(block), BLOCK, ZONE_MOVABLE)).toBe(0);
  return core;
}

/** First and last block of the span, and how many are present. */
function span(core: Core): number[] {
  const { start, spanned, present } = core.zone(ZONE_MOVABLE);
  return [(start - PLUG) / BLOCK, (start + spanned - PLUG) / BLOCK - 1, present / BLOCK];
}

describe('the span of a zone', () => {
  it.each([
    ['upwards', [1, 2], [1, 2, 2]],
    ['downwards', [2, 1], [1, 2, 2]],
    ['across a hole', [0, 3], [0, 3, 2]],
    ['not at all when the hole is filled', [0, 3, 1], [0, 3, 3]],
  ])('grows %s', (_, blocks, expected) => {
    const core = guest(...blocks);
    expect(span(core)).toEqual(expected);
    expectSound(core);
  });

  it.each([
    ['to the next memory, past a hole, when its end goes', [0, 3], 3, [0, 0, 1]],
    ['from the next memory on when its start goes', [0, 3], 0, [3, 3, 1]],
    ['not when its middle goes', [0, 1, 2], 1, [0, 2, 2]],
  ])('shrinks %s', (_, blocks, gone, expected) => {
    const core = guest(...blocks);
    expect(core.hotplug.offline(at(gone), BLOCK, 0)).toBe(0);
    expect(span(core)).toEqual(expected);
    expectSound(core);
  });

  it('is nothing without memory, and its per-cpu lists are gone', () => {
    const core = guest(1);
    core.pages.free(core.pages.alloc(GFP_HIGHUSER_MOVABLE, 0, 1), 0, 1);
    expect(core.hotplug.offline(at(1), BLOCK, 0)).toBe(0);
    expect(core.zone(ZONE_MOVABLE)).toMatchObject({ start: 0, spanned: 0, present: 0, managed: 0 });
    const pcp = headerWord(core, GUEST_PCPS_OFFSET) + (4 + ZONE_MOVABLE) * PCP_STRIDE;
    expect(wordsOf(core)[(pcp + PCP_COUNT_OFFSET) >> 2]).toBe(0);
    expectSound(core);
  });

  it('moves compaction’s scanners to its new edges', () => {
    const core = guest(1, 2);
    const scanners = (): number[] =>
      [0, 1, 2].map((word) => zoneField(core, ZONE_MOVABLE, ZONE_COMPACT_FREE_OFFSET + 4 * word));
    expect(scanners()).toEqual([at(3) - 512, at(1), at(1)]);
    core.hotplug.offline(at(1), BLOCK, 0);
    expect(scanners()).toEqual([at(3) - 512, at(2), at(2)]);
  });
});
