import { describe, expect, it } from 'vitest';

import { PRICE_INDEX } from '../../../src/cost/index.ts';
import { Ledger } from '../../../src/replay/ledger.ts';
import {
  COUNT_ALLOC_PAGES,
  type MicroVm,
  type Start,
  newCounts,
} from '../../../src/serverless/index.ts';
import { Clock } from '../../../src/time/index.ts';

function allocated(pages: number): ReturnType<typeof newCounts> {
  const counts = newCounts();
  counts[COUNT_ALLOC_PAGES] = pages;
  return counts;
}

/** A VM whose guest has taken pages and whose devices have left to the VMM, each time that it is asked. */
function busyVm(pages: number, vmExit: number): MicroVm {
  return {
    settle: (counts: ReturnType<typeof newCounts>) => counts.set(allocated(pages)),
    takeOperations: () => ({ vmExit }),
    startCounts: allocated(1000),
    startOperations: { vmm: { vmmStart: 1 } },
  } as unknown as MicroVm;
}

function startIn(newVm: boolean): Start {
  const operations = { container: { containerCreate: 1 }, runtime: { functionInit: 1 } };
  const container = { vm: busyVm(0, 0) };
  return { container, newVm, operations, counts: allocated(7) } as unknown as Start;
}

describe('a ledger', () => {
  it('keeps counts of the warm-up apart, and operations of it not at all', () => {
    const clock = new Clock();
    const ledger = new Ledger(clock, 10);
    const vm = busyVm(3, 2);
    for (const at of [9, 10, 11]) {
      clock.moveTo(at);
      ledger.settle(vm);
      ledger.takeOperations(vm);
    }
    expect([ledger.warmup[COUNT_ALLOC_PAGES], ledger.measured[COUNT_ALLOC_PAGES]]).toEqual([3, 6]);
    expect(ledger.receipt[PRICE_INDEX.vmExit]).toBe(4);
  });

  it('hands on what it took', () => {
    const ledger = new Ledger(new Clock(), 0);
    expect(ledger.settle(busyVm(3, 0))[COUNT_ALLOC_PAGES]).toBe(3);
    expect(ledger.takeOperations(busyVm(0, 5))).toEqual({ vmExit: 5 });
  });

  it('books a start with its VM’s when that is new', () => {
    const ledger = new Ledger(new Clock(), 0);
    ledger.start(startIn(false), true);
    expect(ledger.measured[COUNT_ALLOC_PAGES]).toBe(7);
    ledger.start(startIn(true), true);
    expect(ledger.measured[COUNT_ALLOC_PAGES]).toBe(1014);
    const { vmmStart, containerCreate, functionInit } = PRICE_INDEX;
    expect([vmmStart, containerCreate, functionInit].map((at) => ledger.receipt[at])).toEqual([
      1, 2, 2,
    ]);
  });

  it('has no operations of a start whose call came in the warm-up', () => {
    const ledger = new Ledger(new Clock(), 0);
    ledger.start(startIn(true), false);
    expect(ledger.receipt.every((times) => times === 0)).toBe(true);
  });
});
