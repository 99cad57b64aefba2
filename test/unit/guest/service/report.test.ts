// Page reporting's worker: a pass some time after memory became free, one report at a time.

import { describe, expect, it } from 'vitest';
import { NS_PER_S } from '../../../../src/abi/unit.ts';
import { GFP_HIGHUSER_MOVABLE } from '../../../../src/core/index.ts';
import { GuestMemory } from '../../../../src/guest/index.ts';
import { ReportWorker, type SendReport } from '../../../../src/guest/service/report.ts';
import { Clock } from '../../../../src/time/index.ts';
import { bootGuest, expectSound } from '../../../support/core.ts';

/** A worker whose device holds each report until it is told to answer. */
function rig(options: object = {}, accepts: (report: number) => boolean = () => true) {
  const core = bootGuest();
  const clock = new Clock();
  const waiting: (() => void)[] = [];
  const sizes: number[] = [];
  const send: SendReport = (_pfns, _orders, count, done) => {
    sizes.push(count);
    if (!accepts(sizes.length)) return false;
    waiting.push(done);
    return true;
  };
  const worker = new ReportWorker(new GuestMemory(core, false), clock, send, options);
  /** Answers reports until none waits. */
  const answer = (): void => {
    for (let done = waiting.shift(); done !== undefined; done = waiting.shift()) done();
  };
  return { core, clock, worker, waiting, sizes, answer };
}

describe('the worker', () => {
  it('makes its first pass two seconds after it has started', () => {
    const { clock, worker, sizes, waiting } = rig();
    worker.start();
    clock.advance(2 * NS_PER_S - 1);
    expect(worker.passes).toBe(0);
    clock.advance(1);
    expect([worker.passes, worker.reports]).toEqual([1, 1]);
    // and waits for the device before it takes more
    expect([sizes, waiting.length]).toEqual([[32], 1]);
  });

  it('goes on when the device has answered, to the end of all zones', () => {
    const { core, clock, worker, sizes, answer } = rig();
    worker.start();
    clock.advance(2 * NS_PER_S);
    answer();
    expect(sizes.length).toBeGreaterThan(1);
    expect(worker.reports).toBe(sizes.length);
    expect(worker.passes).toBe(1);
    expectSound(core);
  });

  it('makes another pass only when something has become free', () => {
    const { core, clock, worker, answer } = rig();
    worker.start();
    // as often as passes stop at their budget
    for (let pass = 0; pass < 20; pass += 1) {
      clock.advance(2 * NS_PER_S);
      answer();
    }
    const { passes } = worker;
    expect(clock.pending).toBe(0);
    const block = core.pages.alloc(GFP_HIGHUSER_MOVABLE, 10, 0);
    worker.poll();
    expect(clock.pending).toBe(0);
    core.pages.free(block, 10, 0);
    worker.poll();
    worker.poll();
    expect(clock.pending).toBe(1);
    clock.advance(2 * NS_PER_S);
    answer();
    expect(worker.passes).toBe(passes + 1);
  });

  it('ends its pass at the first report that the device does not take, in whichever zone', () => {
    // of order 0 and one a report: ZONE_DMA takes part, too
    const options = { reportingOrder: 0, reportingCapacity: 1 };
    const { core, clock, worker, sizes } = rig(options, () => false);
    worker.start();
    clock.advance(2 * NS_PER_S);
    expect([worker.passes, worker.reports]).toEqual([1, 0]);
    expect(sizes).toEqual([1]);
    expect(clock.pending).toBe(0);
    expectSound(core);
  });
});

describe('parameters', () => {
  it('are the kernel’s: order, delay and blocks a report', () => {
    const { core, clock, worker, sizes } = rig({
      reportingOrder: 10,
      reportingDelayNs: 5,
      reportingCapacity: 3,
    });
    worker.start();
    clock.advance(5);
    expect(sizes).toEqual([3]);
    expectSound(core);
  });

  it.each([
    [{ reportingOrder: 11 }, /reportingOrder: expected .* 0 to 10, found 11/],
    [{ reportingCapacity: 0 }, /reportingCapacity: expected .* 1 to 32, found 0/],
    [{ reportingCapacity: 1.5 }, /found 1.5/],
  ])('%o are refused', (options, message) => {
    expect(() => rig(options).worker.start()).toThrow(message);
  });

  it('refuse a delay that is no time', () => {
    expect(() => rig({ reportingDelayNs: -1 })).toThrow(/reportingDelayNs/);
  });
});
