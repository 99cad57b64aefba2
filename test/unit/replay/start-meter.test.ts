import { describe, expect, it } from 'vitest';

import { PUBLISHED, pricesOf } from '../../../src/cost/index.ts';
import { LEVELS, Pricing } from '../../../src/replay/pricing.ts';
import { StartMeter } from '../../../src/replay/start-meter.ts';
import { COUNT_HOST_FAULTS, newCounts, type Start } from '../../../src/serverless/index.ts';

const PRICING = new Pricing(PUBLISHED);
const TYPICAL = PRICING.clockLevel;
const VM_STEPS = { vmm: { vmmStart: 1 }, clone: { templateClone: 1 } };
const OWN_STEPS = { container: { containerCreate: 1 }, runtime: { functionInit: 1 } };

function start(vmId: number, newVm: boolean, faults = 0, vmFaults = 0): Start {
  const counts = newCounts();
  counts[COUNT_HOST_FAULTS] = faults;
  const startCounts = newCounts();
  startCounts[COUNT_HOST_FAULTS] = vmFaults;
  const vm = { id: vmId, startOperations: VM_STEPS, startCounts };
  return { container: { vm }, newVm, operations: OWN_STEPS, counts } as unknown as Start;
}

/** Milliseconds of operations at typical prices. */
function ms(operations: object): number {
  return PRICING.operationsNs(operations, TYPICAL) / 1e6;
}

const VM_MS = ms(VM_STEPS.vmm) + ms(VM_STEPS.clone);
const OWN_MS = ms(OWN_STEPS.container) + ms(OWN_STEPS.runtime);

describe('a start', () => {
  it('takes on the clock what it takes at the clock’s level', () => {
    const price = (level: 'low' | 'high'): number =>
      new StartMeter(new Pricing(pricesOf({ level })), 512).price(start(1, true), 0, true);
    const meter = new StartMeter(PRICING, 512);
    meter.price(start(1, true), 0, true);
    expect([price('low'), price('high')]).toEqual([0, 2].map((at) => meter.samplesMs(at)[0]));
  });

  it('in a new VM is the VM’s steps, then the container’s, and the faults of both', () => {
    const meter = new StartMeter(PRICING, 512);
    const faults = newCounts();
    faults[COUNT_HOST_FAULTS] = 30;
    const readyMs = meter.price(start(1, true, 10, 20), 0, true);
    expect(readyMs).toBeCloseTo(VM_MS + OWN_MS + PRICING.pagesNs(faults, TYPICAL) / 1e6, 9);
    const steps = meter.stepsMs(TYPICAL);
    expect(Object.keys(steps)).toEqual([
      'vmm',
      'clone',
      'cloneMemory',
      'container',
      'runtime',
      'memory',
    ]);
    expect(steps['vmm']).toBeCloseTo(ms(VM_STEPS.vmm), 9);
  });

  it('in a VM that is still starting waits for it, and not once it answers', () => {
    const meter = new StartMeter(PRICING, 512);
    meter.price(start(1, true), 1000, false);
    const half = 1000 + VM_MS / 2;
    expect(meter.price(start(1, false), half, true)).toBeCloseTo(VM_MS / 2 + OWN_MS, 9);
    expect(meter.stepsMs(TYPICAL)['wait']).toBeCloseTo(VM_MS / 2, 9);
    expect(meter.price(start(1, false), 1000 + 10 * VM_MS, true)).toBeCloseTo(OWN_MS, 9);
  });

  it('waits for what its VM has to do first, or for the VM: whichever is longer', () => {
    const meter = new StartMeter(PRICING, 512);
    meter.price(start(1, true), 0, false);
    const waiting = { ...start(1, false), waitNs: 3e6 };
    expect(meter.price(waiting, 10 * VM_MS, true)).toBeCloseTo(3 + OWN_MS, 9);
    expect(meter.price(waiting, VM_MS / 2, false)).toBeCloseTo(Math.max(3, VM_MS / 2) + OWN_MS, 9);
  });

  it('is priced at every level, waiting as long as the VM takes there', () => {
    const meter = new StartMeter(PRICING, 512);
    meter.price(start(1, true), 0, true);
    const [low, typical, high] = LEVELS.map((_, level) => meter.samplesMs(level)[0] as number);
    expect(low).toBeLessThan(typical as number);
    expect(typical).toBeLessThan(high as number);
  });

  it('that is not measured moves the clock and counts for nothing', () => {
    const meter = new StartMeter(PRICING, 512);
    expect(meter.price(start(1, true), 0, false)).toBeCloseTo(VM_MS + OWN_MS, 9);
    expect([meter.cold, meter.samplesMs(TYPICAL).length, meter.stepsMs(TYPICAL)]).toEqual([
      0,
      0,
      {},
    ]);
  });

  it('means are over all measured starts', () => {
    const meter = new StartMeter(PRICING, 512);
    meter.price(start(1, true), 0, true);
    meter.price(start(1, false), 1e9, true);
    expect(meter.cold).toBe(2);
    expect(meter.stepsMs(TYPICAL)['vmm']).toBeCloseTo(ms(VM_STEPS.vmm) / 2, 9);
    expect(meter.stepsMs(TYPICAL)['container']).toBeCloseTo(ms(OWN_STEPS.container), 9);
  });
});
