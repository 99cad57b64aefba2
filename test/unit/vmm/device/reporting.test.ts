import { describe, expect, it } from 'vitest';
import { NS_PER_S } from '../../../../src/abi/unit.ts';
import { Reporting, type ReportingOptions } from '../../../../src/vmm/index.ts';
import { MIB_FRAMES, expectSound, testVm } from '../../../support/vm.ts';

/** A guest wrote and freed so many MiB, and reporting has had its time. */
function reported(options: ReportingOptions, seconds: number, mib = 64): Report {
  const { vmm, vm } = testVm(256);
  const reporting = new Reporting(vm, vmm.clock, options);
  vm.guest.writeAndFree(mib * MIB_FRAMES);
  const before = vm.guest.core.privateFrames;
  vmm.settle(vm);
  vmm.advance(seconds * NS_PER_S);
  expectSound(vm);
  const { passes = 0, reports = 0 } = reporting.balloon.reporter ?? {};
  return { returned: before - vm.guest.core.privateFrames, passes, reports };
}

interface Report {
  readonly returned: number;
  readonly passes: number;
  readonly reports: number;
}

describe('Reporting', () => {
  it('reports blocks of its order and above: with order 0 what pageblocks leave too', () => {
    const pageblocks = reported({}, 60);
    const frames = reported({ reportingOrder: 0 }, 60);
    expect(pageblocks.returned).toBeGreaterThan(0);
    expect(frames.returned).toBeGreaterThan(pageblocks.returned);
  });

  it('waits its delay before a pass', () => {
    expect(reported({}, 1).passes).toBe(0);
    expect(reported({}, 2).passes).toBe(1);
    expect(reported({ reportingDelayNs: 5 * NS_PER_S }, 4).passes).toBe(0);
    expect(reported({ reportingDelayNs: 5 * NS_PER_S }, 5).passes).toBe(1);
    expect(reported({ reportingDelayNs: 0 }, 1).passes).toBeGreaterThan(0);
  });

  it('puts no more blocks into a report than its capacity: the same memory in more reports', () => {
    const many = reported({}, 60);
    const single = reported({ reportingCapacity: 1 }, 60);
    expect(single.returned).toBe(many.returned);
    expect(single.reports).toBeGreaterThan(many.reports);
  });

  it.each([
    { reportingOrder: -1 },
    { reportingOrder: 11 },
    { reportingOrder: 0.5 },
    { reportingCapacity: 0 },
    { reportingCapacity: 33 },
    { reportingDelayNs: -1 },
    { reportingDelayNs: Number.NaN },
  ])('refuses what is out of range: %o', (options) => {
    expect(() => reported(options, 0)).toThrow(RangeError);
  });
});
