import { describe, expect, it } from 'vitest';

import { PRICE_INDEX, PUBLISHED } from '../../../src/cost/index.ts';
import { DeviceBooks } from '../../../src/replay/device-books.ts';
import type { Fleet } from '../../../src/replay/fleet.ts';
import type { Interference } from '../../../src/replay/interference.ts';
import { Ledger } from '../../../src/replay/ledger.ts';
import { Pricing } from '../../../src/replay/pricing.ts';
import { ReclaimMeter } from '../../../src/replay/reclaim-meter.ts';
import {
  COUNT_RELEASED_PAGES,
  type MicroVm,
  type Operations,
  type ServerlessSystem,
  type Start,
  type VmWork,
  newCounts,
} from '../../../src/serverless/index.ts';
import { Clock } from '../../../src/time/index.ts';

/** A VM whose devices do `operations` and get `got` frames when they are asked. */
function vmOf(operations: Operations | undefined, got = 0): MicroVm {
  return {
    reclaim: () => got,
    settle: (counts: ReturnType<typeof newCounts>) => {
      counts[COUNT_RELEASED_PAGES] = got;
    },
    takeOperations: () => operations,
  } as unknown as MicroVm;
}

/** Books over a clock at 10, measured from `warmupMs` on; who was disturbed by what. */
function booksOf({ work = [] as VmWork[], warmupMs = 0 } = {}) {
  const clock = new Clock();
  clock.moveTo(10);
  const ledger = new Ledger(clock, warmupMs);
  const reclaims = new ReclaimMeter(new Pricing(PUBLISHED), 1);
  const felt: Operations[] = [];
  const interference = {
    work: (_vm: MicroVm, _slots: number[], { operations }: VmWork) => felt.push(operations),
  } as unknown as Interference;
  const fleet = { slotsOf: () => [], takeWork: () => work } as unknown as Fleet;
  const books = new DeviceBooks({ clock, fleet, ledger, reclaims, interference });
  return { books, ledger, reclaims, felt };
}

describe('what devices did', () => {
  it('when the host asked is booked as a request, and felt', () => {
    const { books, ledger, reclaims, felt } = booksOf();
    books.ask(vmOf({ balloonInflatePage: 90 }, 80), 100);
    expect(reclaims.frames).toEqual({ askedFrames: 100, gotFrames: 80 });
    expect(ledger.receipt[PRICE_INDEX.balloonInflatePage]).toBe(90);
    expect(ledger.measured[COUNT_RELEASED_PAGES]).toBe(80);
    expect(felt).toEqual([{ balloonInflatePage: 90 }]);
  });

  it('is nothing for a VM without devices that can be asked', () => {
    const { books, reclaims, felt } = booksOf();
    books.ask(vmOf(undefined), 100);
    expect([reclaims.frames.askedFrames, felt]).toEqual([0, []]);
  });

  it('when a container ended is a request without the end of the container', () => {
    const { books, ledger, reclaims, felt } = booksOf();
    const operations = { containerDestroy: 1, czoneMessage: 2 };
    const counts = newCounts();
    books.stopped(vmOf(undefined), { operations, counts, askedFrames: 7, gotFrames: 7 });
    expect(ledger.receipt[PRICE_INDEX.containerDestroy]).toBe(1);
    expect(reclaims.frames).toEqual({ askedFrames: 7, gotFrames: 7 });
    expect(felt).toEqual([{ czoneMessage: 2 }]);
  });

  it('for a start is felt in a VM that runs, and by nobody in a new one', () => {
    const { books, felt } = booksOf();
    const start = {
      container: { vm: vmOf(undefined) },
      operations: { grow: { virtioMemPlug2MiB: 3 }, container: { containerCreate: 1 } },
    };
    books.started({ ...start, newVm: true } as unknown as Start);
    books.started({ ...start, newVm: false } as unknown as Start);
    expect(felt).toEqual([{ virtioMemPlug2MiB: 3 }]);
  });

  it('by themselves is booked, and a request when it ended one', () => {
    const vm = vmOf(undefined);
    const part = { operations: { reportRange: 4 }, counts: newCounts() };
    const request = { ...part, askedFrames: 5, gotFrames: 3 };
    const { books, ledger, reclaims, felt } = booksOf({
      work: [
        { vm, ...part },
        { vm, ...part, request },
      ],
    });
    books.bookWork();
    expect(ledger.receipt[PRICE_INDEX.reportRange]).toBe(8);
    expect(reclaims.frames).toEqual({ askedFrames: 5, gotFrames: 3 });
    expect(felt).toHaveLength(2);
  });

  it('in the warm-up is felt, and no request', () => {
    const { books, reclaims, felt } = booksOf({ warmupMs: 20 });
    const idle = {
      vm: vmOf(undefined),
      isCancelled: false,
      askedFrames: 9,
      gotFrames: 9,
      operations: { czoneMessage: 1 },
    };
    books.bookIdle({ takeIdleReclaims: () => [idle] } as unknown as ServerlessSystem);
    expect(reclaims.idle.reclaims).toBe(0);
    expect(felt).toEqual([{ czoneMessage: 1 }]);
  });
});
