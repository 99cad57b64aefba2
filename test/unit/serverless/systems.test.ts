/** What every system must hold to, and what sets each apart. One small function, a real core behind it. */
import { describe, expect, it } from 'vitest';
import {
  CAUSE_ANONYMOUS,
  CAUSE_FILE_SHARED,
  CAUSE_IDLE_UNUSED,
  COUNT_FAULT_PAGES,
  COUNT_HOST_FAULTS,
  DEFAULT_WORKLOAD,
  SYSTEMS,
  type ServerlessSystem,
  START_STEPS,
  type StartStep,
  newCounts,
  profileOf,
} from '../../../src/serverless/index.ts';
import { defaultMachine } from '../../../src/replay/index.ts';
import { Clock } from '../../../src/time/index.ts';

const PROFILE = profileOf({ id: 0, name: 'f', memoryMib: 40, averageMs: 100 }, DEFAULT_WORKLOAD);

/** Steps of a VM's start and of a container's in it. */
const STEPS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'scpv-boot': [
    ['vmm', 'kernel', 'agent'],
    ['container', 'runtime'],
  ],
  'scpv-template': [
    ['vmm', 'clone'],
    ['container', 'runtime'],
  ],
  'mcpv-static': [
    ['vmm', 'clone'],
    ['container', 'runtime'],
  ],
  'mcpv-czone': [
    ['vmm', 'clone'],
    ['zone', 'container', 'runtime'],
  ],
};

function make(name: string): ServerlessSystem {
  const spec = SYSTEMS.find((one) => one.name === name);
  if (spec === undefined) throw new Error(`no system ${name}`);
  const machine = { ...defaultMachine(), containersPerVm: 4 };
  return spec.create({ machine, clock: new Clock() });
}

function vmCount(system: ServerlessSystem): number {
  return [...system.vms()].length;
}

describe.each(SYSTEMS.map((spec) => spec.name))('%s', (name) => {
  it('holds what containers hold while they live, and nothing after', () => {
    const system = make(name);
    const { account } = system.host;
    const containers = [0, 1, 2].map(() => system.start(PROFILE).container);
    expect(account[CAUSE_ANONYMOUS]).toBe(3 * PROFILE.anonymousFrames);
    for (const container of containers) system.stop(container);
    expect(account[CAUSE_ANONYMOUS]).toBe(0);
    expect(system.host.heldFrames).toBeCloseTo(0, 6);
    expect(vmCount(system)).toBe(0);
  });

  it('gives a call temporary memory until it ends, faulting host memory only the first time', () => {
    const system = make(name);
    const { container } = system.start(PROFILE);
    const { account } = system.host;
    container.begin(newCounts(), newCounts());
    expect(account[CAUSE_ANONYMOUS]).toBe(PROFILE.anonymousFrames + PROFILE.callTemporaryFrames);
    container.end(newCounts(), newCounts());
    expect(account[CAUSE_ANONYMOUS]).toBe(PROFILE.anonymousFrames);
    const second = newCounts();
    expect(container.begin(second, newCounts())).toBe(false);
    expect(second[COUNT_HOST_FAULTS]).toBe(0);
    expect(second[COUNT_FAULT_PAGES]).toBe(PROFILE.callTemporaryFrames);
  });

  it('starts in the steps of its kind, in the order in which reports add them up', () => {
    const start = make(name).start(PROFILE);
    const vm = Object.keys(start.container.vm.startOperations);
    const container = Object.keys(start.operations);
    expect([vm, container]).toEqual(STEPS[name]);
    const order = [...vm, ...container].map((step) => START_STEPS.indexOf(step as StartStep));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(order).not.toContain(-1);
  });
});

describe('SCPV', () => {
  it('has a VM for each container, each with its own copy of the files', () => {
    for (const name of ['scpv-boot', 'scpv-template']) {
      const system = make(name);
      const starts = [0, 1, 2].map(() => system.start(PROFILE));
      expect(starts.every((start) => start.newVm)).toBe(true);
      expect(vmCount(system)).toBe(3);
      expect(system.host.account[CAUSE_FILE_SHARED]).toBe(3 * PROFILE.fileFrames);
    }
  });

  it('holds less with templates than without', () => {
    const held = ['scpv-boot', 'scpv-template'].map((name) => {
      const system = make(name);
      for (let count = 0; count < 3; count += 1) system.start(PROFILE);
      return system.host.heldFrames;
    });
    expect(held[1]).toBeLessThan(held[0] as number);
  });
});

describe('MCPV', () => {
  it('puts containers of a function into one VM until it is full, and shares its files', () => {
    for (const name of ['mcpv-static', 'mcpv-czone']) {
      const system = make(name);
      const starts = [0, 1, 2, 3, 4].map(() => system.start(PROFILE));
      expect(starts.map((start) => start.newVm)).toEqual([true, false, false, false, true]);
      expect(vmCount(system)).toBe(2);
      expect(system.host.account[CAUSE_FILE_SHARED]).toBe(2 * PROFILE.fileFrames);
    }
  });

  it('mcpv-static leaves a dead container’s memory backed; mcpv-czone returns all of it', () => {
    const left = ['mcpv-static', 'mcpv-czone'].map((name) => {
      const system = make(name);
      const [, second] = [system.start(PROFILE), system.start(PROFILE)];
      const idle = (): number => system.host.account[CAUSE_IDLE_UNUSED] as number;
      const { frames } = second.container.vm.guest.memory;
      const [idleBefore, tablesBefore] = [idle(), frames.pageTables];
      const stop = system.stop(second.container);
      return { grown: idle() - idleBefore, tables: tablesBefore - frames.pageTables, stop };
    });
    // the container's kernel memory and its page tables lie in the kernel's zones
    const kept = defaultMachine().containerKernelFrames + (left[1]?.tables ?? 0);
    expect(left[1]?.tables).toBeGreaterThan(PROFILE.anonymousFrames / 512);
    expect(left.map(({ grown }) => grown)).toEqual([PROFILE.anonymousFrames + kept, kept]);
    const got = left.map(({ stop }) => [stop.askedFrames, stop.gotFrames]);
    expect(got).toEqual([
      [0, 0],
      [PROFILE.anonymousFrames, PROFILE.anonymousFrames],
    ]);
  });

  it('mcpv-static reuses most of what a dead container left without a host fault', () => {
    const system = make('mcpv-static');
    const [, second] = [system.start(PROFILE), system.start(PROFILE)];
    system.stop(second.container);
    const third = system.start(PROFILE);
    expect(third.counts[COUNT_HOST_FAULTS]).toBeLessThan(PROFILE.anonymousFrames / 2);
  });
});
