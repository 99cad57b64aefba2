// Which priced operations a guest's counts stand for.

import { describe, expect, it } from 'vitest';
import { PAGEBLOCK_FRAMES, THP_ORDER } from '../../../src/abi/unit.ts';
import { PRICE_NAMES } from '../../../src/cost/index.ts';
import {
  COUNT_COW_PAGES,
  COUNT_CZONE_BLOCKS,
  COUNT_FAULT_PAGES,
  COUNT_HOST_FAULTS,
  COUNT_RELEASED_PAGES,
  newCounts,
} from '../../../src/guest/counts.ts';
import {
  BLOCK_OPERATION,
  COUNTED_PAGES,
  addOperations,
  blockOperations,
  operationsOf,
  since,
} from '../../../src/vmm/counted.ts';

/** Counts with some slots. */
function counted(slots: Record<number, number>): ReturnType<typeof newCounts> {
  const counts = newCounts();
  for (const [slot, count] of Object.entries(slots)) counts[Number(slot)] = count;
  return counts;
}

describe('counts of pages', () => {
  it('stand for operations that have a price', () => {
    const named = COUNTED_PAGES.flatMap(([, names]) => names);
    expect([...named, BLOCK_OPERATION].filter((name) => !PRICE_NAMES.includes(name))).toEqual([]);
    expect(new Set(COUNTED_PAGES.map(([slot]) => slot)).size).toBe(COUNTED_PAGES.length);
  });

  it('share operations: a fault is one whether its page is zeroed or copied', () => {
    const counts = counted({
      [COUNT_FAULT_PAGES]: 5,
      [COUNT_COW_PAGES]: 3,
      [COUNT_HOST_FAULTS]: 9,
    });
    expect(operationsOf(counts, [COUNT_FAULT_PAGES, COUNT_COW_PAGES])).toEqual({
      guestMinorFault: 8,
      guestZero4KiB: 5,
      guestCopy4KiB: 3,
    });
  });

  it('are the host’s work by 2 MiB where its pages are that large', () => {
    const counts = counted({
      [COUNT_HOST_FAULTS]: 1024,
      [COUNT_RELEASED_PAGES]: 512,
      [COUNT_FAULT_PAGES]: 1,
    });
    const slots = [COUNT_HOST_FAULTS, COUNT_RELEASED_PAGES, COUNT_FAULT_PAGES];
    expect(operationsOf(counts, slots, THP_ORDER)).toEqual({
      hostFault2MiB: 2,
      hostRelease2MiB: 1,
      guestMinorFault: 1,
      guestZero4KiB: 1,
    });
    expect(operationsOf(counts, slots)).toMatchObject({
      hostFault4KiB: 1024,
      hostRelease4KiB: 512,
    });
  });
});

it('blocks of zones are counted by 2 MiB, whatever their size', () => {
  const counts = counted({ [COUNT_CZONE_BLOCKS]: 3 });
  expect(blockOperations(counts, PAGEBLOCK_FRAMES)).toBe(3);
  expect(blockOperations(counts, 64 * PAGEBLOCK_FRAMES)).toBe(192);
});

describe('operations', () => {
  it('add up, those not there before among them', () => {
    const total = { vmExit: 2 };
    addOperations(total, { vmExit: 3, interrupt: 1 });
    expect(total).toEqual({ vmExit: 5, interrupt: 1 });
  });

  it('since an earlier time are the differences', () => {
    expect(since({ vmExit: 2 }, { vmExit: 5, interrupt: 1 })).toEqual({ vmExit: 3, interrupt: 1 });
  });
});
