import { describe, expect, it } from 'vitest';

import * as P from '../../../../src/recording/program/program.ts';
import { resyncText, whereabouts } from '../../../../src/recording/verify/explain.ts';
import { emptyState, ZONE_START } from '../../../support/recording.ts';

describe('where a frame is', () => {
  it('is the list that has its block, the place there, and its neighbours', () => {
    const state = emptyState();
    expect(whereabouts(state, ZONE_START + 1024 * 6 + 5)).toEqual({
      list: 'DMA32 free order 10 Movable',
      position: 6,
      around: [2, 3, 4, 5, 6, 7, 8, 9, 10].map((i) => ZONE_START + 1024 * i),
    });
    expect(whereabouts(state, ZONE_START).around).toHaveLength(5);
  });

  it('is a per-cpu list too, with blocks of that list’s order', () => {
    const state = emptyState();
    const lists = state.zones[0]?.pcps[0]?.lists as Uint32Array[];
    lists[1] = Uint32Array.of(9000, 9001);
    expect(whereabouts(state, 9001)).toMatchObject({
      list: expect.stringMatching(/DMA32 (free|cpu 0)/),
    });
  });

  it('is nowhere for a frame in use', () => {
    expect(whereabouts(emptyState(), 5)).toEqual({ list: 'in use', position: -1, around: [] });
  });
});

it('says where the kernel’s block was after a wrong prediction, four ways', () => {
  const texts = [P.RESYNC_BUDDY, P.RESYNC_SPLIT, P.RESYNC_PCP, P.RESYNC_IN_USE].map(resyncText);
  expect(texts.map((text) => /free list|larger|per-cpu|not free/.exec(text)?.[0])).toEqual([
    'free list',
    'larger',
    'per-cpu',
    'not free',
  ]);
});
