/** What a start, a call and an end of a container do to the memory of its VM. */

import { describe, expect, it } from 'vitest';

import { STAT_FREE_PAGES, verify } from '../../../src/core/index.ts';
import { defaultMachine } from '../../../src/replay/index.ts';
import { Container } from '../../../src/serverless/container.ts';
import type { FunctionProfile } from '../../../src/serverless/function-profile.ts';
import { hostOf } from '../../../src/serverless/context.ts';
import { guestOf } from '../../../src/serverless/machine.ts';
import {
  COUNT_HOST_FAULTS,
  CZoneVirtio,
  newCounts,
  sessionProfile,
  type MicroVm,
} from '../../../src/serverless/index.ts';
import { Clock } from '../../../src/time/index.ts';
import { PROFILE } from '../../support/serverless.ts';

function vmOf(): MicroVm {
  const machine = { ...defaultMachine(), build: 'verify' as const };
  const vmm = hostOf({ machine, clock: new Clock() });
  return vmm.start(guestOf(machine, { memoryFrames: 65536, cpus: 1, processes: 4 }), false);
}

function containerIn(
  vm: MicroVm,
  czone?: number,
  log: string[] = [],
  profile: FunctionProfile = PROFILE,
): Container {
  const dispatched = (zone: number, isIdle: boolean): void => void log.push(`${zone} ${isIdle}`);
  return new Container(vm, profile, { cpu: 0, kernelFrames: 10, czone, dispatched });
}

describe('a start', () => {
  it('reads the function’s files, which the next container finds, and faults in its heap', () => {
    const vm = vmOf();
    const before = vm.guest.files.pages;
    const container = containerIn(vm);
    expect(vm.guest.files.pages - before).toBe(PROFILE.fileFrames);
    expect(container.heldFrames).toBe(PROFILE.anonymousFrames);
    containerIn(vm);
    expect(vm.guest.files.pages - before).toBe(PROFILE.fileFrames);
  });

  it('takes a container, a runtime, and a fault for each 16 pages of files', () => {
    const { container, runtime } = containerIn(vmOf()).startOperations;
    expect(container).toEqual({ containerCreate: 1 });
    expect(runtime).toEqual({
      functionInit: 1,
      guestMinorFault: Math.ceil(PROFILE.fileFrames / 16),
    });
  });
});

describe('a call', () => {
  it('has its buffers from begin to end, and faults host memory for them the first time', () => {
    const vm = vmOf();
    const container = containerIn(vm);
    vm.settle(newCounts());
    const first = newCounts();
    container.begin(first, newCounts());
    expect(container.heldFrames).toBe(PROFILE.anonymousFrames + PROFILE.callTemporaryFrames);
    expect(first[COUNT_HOST_FAULTS]).toBeGreaterThanOrEqual(PROFILE.callTemporaryFrames);
    container.end(newCounts(), newCounts());
    expect(container.heldFrames).toBe(PROFILE.anonymousFrames);
    const second = newCounts();
    container.begin(second, newCounts());
    expect(second[COUNT_HOST_FAULTS]).toBe(0);
  });
});

function call(container: Container): void {
  container.begin(newCounts(), newCounts());
  container.end(newCounts(), newCounts());
}

describe('a life', () => {
  it('begins with a peak that the guest has free and the host still holds', () => {
    const [plain, peaked] = [vmOf(), vmOf()];
    const profile = { ...PROFILE, initPeakFrames: 3000 };
    expect(containerIn(plain).heldFrames).toBe(PROFILE.anonymousFrames);
    expect(containerIn(peaked, undefined, [], profile).heldFrames).toBe(PROFILE.anonymousFrames);
    const idle = peaked.guest.memory.idleFrames - plain.guest.memory.idleFrames;
    // page tables of the peak apart
    expect(idle).toBeGreaterThan(2950);
    expect(idle).toBeLessThanOrEqual(3000);
  });

  it('grows over a thousand calls by so much and no more', () => {
    const profile = { ...PROFILE, growthFrames: 1000 };
    const container = containerIn(vmOf(), undefined, [], profile);
    const grown: number[] = [];
    for (let done = 1; done <= 1200; done += 1) {
      call(container);
      if ([1, 10, 100, 999, 1000, 1200].includes(done)) {
        grown.push(container.heldFrames - PROFILE.anonymousFrames);
      }
    }
    // 500 is the last lump before 1,000
    expect(grown).toEqual([50, 260, 470, 840, 1000, 1000]);
  });

  it('replaces frames of its heap while it starts and over its calls, and holds no more for that', () => {
    const [plain, churning] = [vmOf(), vmOf()];
    const profile = {
      ...PROFILE,
      startChurnFrames: 3 * PROFILE.anonymousFrames + 5,
      callChurnFrames: 400,
      callChurnShape: [0.25, 0.5, 1],
    };
    const [steady, container] = [containerIn(plain), containerIn(churning, undefined, [], profile)];
    const freed = (): number =>
      churning.guest.core.stat(STAT_FREE_PAGES) - plain.guest.core.stat(STAT_FREE_PAGES);
    expect(freed()).toBe(profile.startChurnFrames);
    const after = new Map<number, number>();
    for (let done = 1; done <= 120; done += 1) {
      call(steady);
      call(container);
      // calls that recur are put off until somebody looks
      expect([steady.heldFrames, container.heldFrames]).toEqual([
        PROFILE.anonymousFrames,
        PROFILE.anonymousFrames,
      ]);
      after.set(done, freed() - profile.startChurnFrames);
    }
    expect([1, 10, 100, 120].map((calls) => after.get(calls))).toEqual([100, 200, 400, 400]);
  });

  it('reads more of its files over its calls, which the next container finds', () => {
    const vm = vmOf();
    const before = vm.guest.files.pages;
    const profile = { ...PROFILE, growthFileFrames: 100, growthFileShape: [0.5, 0.5, 1] };
    const [first, second] = [1, 2].map(() => containerIn(vm, undefined, [], profile));
    const read = Array.from({ length: 100 }, () => {
      call(first!);
      return vm.guest.files.pages - before - PROFILE.fileFrames;
    });
    expect([read[0], read[9], read[99]]).toEqual([50, 50, 100]);
    call(second!);
    expect(vm.guest.files.pages - before - PROFILE.fileFrames).toBe(100);
  });

  it('gives back to the guest what a collection finds, until the next call', () => {
    const profile = { ...PROFILE, collectionFrames: 500, collectionCalls: 3 };
    const container = containerIn(vmOf(), undefined, [], profile);
    const held = [1, 2, 3, 4, 5, 6, 7].map(() => {
      call(container);
      return PROFILE.anonymousFrames - container.heldFrames;
    });
    expect(held).toEqual([0, 0, 500, 0, 0, 500, 0]);
  });
});

function zoned(): { vm: MicroVm; container: Container; log: string[] } {
  const machine = { ...defaultMachine(), build: 'verify' as const };
  const clock = new Clock();
  const region = { start: 65536, frames: 32768, blockFrames: 512 };
  const size = { memoryFrames: 65536, region, cpus: 1, processes: 4 };
  const vm = hostOf({ machine, clock }).start(guestOf(machine, size), false);
  const { zones } = new CZoneVirtio(vm, clock, { growth: machine.growth(), idle: null });
  const log: string[] = [];
  return { vm, container: containerIn(vm, zones.create(0, 30_720, 'f'), log), log };
}

describe('a container with a zone', () => {
  it('says that it is idle or not once for each change, by its zone', () => {
    const { container, log } = zoned();
    const zone = container.czone;
    container.setIdle(false);
    container.setIdle(true);
    container.setIdle(true);
    container.begin(newCounts(), newCounts());
    container.end(newCounts(), newCounts());
    container.setIdle(true);
    container.exit();
    expect(log).toEqual([`${zone} true`, `${zone} false`, `${zone} true`, `${zone} false`]);
  });

  it('asks back with its end what was backed in its zone', () => {
    const { vm, container } = zoned();
    container.begin(newCounts(), newCounts());
    container.end(newCounts(), newCounts());
    const asked = container.exit();
    expect(asked).toBe(PROFILE.anonymousFrames + PROFILE.callTemporaryFrames);
    expect(vm.guest.memory.frames.anonymous).toBe(0);
  });

  it('says nothing of idleness without one', () => {
    const log: string[] = [];
    const container = containerIn(vmOf(), undefined, log);
    container.setIdle(true);
    expect(log).toEqual([]);
  });
});

it('an end gives all back to the guest, and asks for nothing where there was no zone', () => {
  const vm = vmOf();
  const container = containerIn(vm);
  const held = vm.guest.memory.frames.anonymous;
  expect(held).toBe(PROFILE.anonymousFrames);
  expect(container.exit()).toBe(0);
  expect(vm.guest.memory.frames.anonymous).toBe(0);
});

it('a container that follows a series has so much heap, and gives the rest to its kernel', () => {
  const vm = vmOf();
  const profile = sessionProfile({ id: 1, name: 's', firstFrames: 100, peakFrames: 9000 });
  const container = new Container(vm, profile, { cpu: 0, kernelFrames: 10 });
  for (const frames of [100, 9000, 2500, 2500, 0, 700]) {
    container.follow(frames);
    vm.settle(newCounts());
    expect(container.heldFrames).toBe(frames);
    expect(verify(vm.guest.core)).toBeUndefined();
  }
  container.exit();
  expect(verify(vm.guest.core)).toBeUndefined();
});
