// Which frame of ours stands for which recorded one, and what happens to pages whose frame is unknown.

import { describe, expect, it } from 'vitest';
import { HeldPages, NOWHERE } from '../../../../src/recording/placement/held-pages.ts';
import { parsePageState } from '../../../../src/recording/read/pagestate.ts';

const STATE = `pagestate start pageblock_order 9 pcp_lists 14
zone DMA32 start 4096 spanned 1024 present 512 managed 500 min 8 low 10 high 12 boost 0 reserve 0 0 0 0 0 highatomic 0 flags 0
blocks 1 -1
free 1 1 4098
pcp count 1 high 20 high_min 10 high_max 125 batch 3 flags 0 alloc_factor 0 free_count 0
pcplist 1 4100
end
`;

const isOwn = (pfn: number): boolean => pfn === 20 || pfn === 30;

describe('held pages', () => {
  it('are at the start the frames of memory that are on no list, where they were recorded', () => {
    const pages = new HeldPages(8192, 8192);
    pages.holdStart(parsePageState(STATE));
    const frames = [4095, 4096, 4097, 4098, 4099, 4100, 4101, 4607, 4608];
    const held = frames.map((pfn) => pages.frameOf(pfn) === pfn);
    expect(held).toEqual([false, true, true, false, false, false, true, true, false]);
  });

  it('are a run only where frames follow each other, aligned, in blocks of one size', () => {
    const pages = new HeldPages(100, 100);
    pages.hold(8, 16, 2);
    pages.setOrder(16, 2, 2);
    expect(pages.sizeOfRun(8, 2)).toBe(2);
    expect(pages.sizeOfRun(8, 3)).toBeUndefined();
    expect(pages.sizeOfRun(9, 1)).toBeUndefined();
    pages.setOrder(17, 0, 0);
    expect(pages.sizeOfRun(8, 2)).toBeUndefined();
    pages.drop(8, 2);
    expect(pages.frameOf(11)).toBe(NOWHERE);
  });

  it('that are lost come back: the one in place, else the first own one, else the first', () => {
    const pages = new HeldPages(100, 100);
    for (const pfn of [10, 20, 30, 40]) pages.lose(pfn, 0);
    pages.lose(48, 3);
    const taken = [40, 99, 99, 99, 99].map((recorded) => pages.takeLost(recorded, 0, isOwn));
    expect(taken).toEqual([40, 20, 30, 10, NOWHERE]);
    expect(pages.takeLost(0, 3, isOwn)).toBe(48);
  });
});
