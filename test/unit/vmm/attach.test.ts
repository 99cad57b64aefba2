// What every device needs of its VM: timers that end with it, whole host pages, the way through the rings.

import { describe, expect, it } from 'vitest';
import { FRAME_BYTES } from '../../../src/abi/unit.ts';
import { THP_ORDER } from '../../../src/core/index.ts';
import {
  discardFrames,
  exitsOf,
  hostPageBytes,
  quietTimersOf,
  timersOf,
} from '../../../src/vmm/attach.ts';
import { Balloon, newCounts } from '../../../src/vmm/index.ts';
import { testVm } from '../../support/vm.ts';

describe('timers of a VM', () => {
  it('fire on the clock that they were taken from', () => {
    const { vm, vmm } = testVm(64);
    const timers = timersOf(vm, vmm.clock);
    const fired: number[] = [];
    timers.after(5, () => fired.push(timers.nowNs));
    timers.after(9, () => fired.push(timers.nowNs)).cancel();
    const start = timers.nowNs;
    vmm.advance(20);
    expect(fired).toEqual([start + 5]);
  });

  it('do not fire once their VM has ended', () => {
    const { vm, vmm } = testVm(64);
    const timers = timersOf(vm, vmm.clock);
    timers.after(5, () => expect.unreachable('the guest may be another’s by now'));
    vm.stop(newCounts());
    vmm.clock.advance(20);
    expect(vm.stopReason).toBeDefined();
  });
});

it('quiet timers leave it to who is called to stir the VM', () => {
  const { vm, vmm } = testVm(64);
  const stirs: number[] = [];
  const note = (): void => void stirs.push(vm.stirs);
  const before = vm.stirs;
  quietTimersOf(vm, vmm.clock).after(5, note);
  vmm.clock.advance(9);
  timersOf(vm, vmm.clock).after(5, note);
  vmm.clock.advance(9);
  expect(stirs).toEqual([before, before + 1]);
});

describe('a discard', () => {
  const START = 0x2000;

  it('takes the frames of a range that had host memory', () => {
    const { vm } = testVm(64);
    // what boot left behind there is taken first
    vm.guest.core.backing.release(START, 200);
    vm.guest.core.backing.touch(START, 100, true);
    expect(discardFrames(vm, START + 90, 50)).toBe(10);
    expect(vm.guest.core.backing.count(START, 100)).toBe(90);
  });

  it('takes whole host pages only where those are huge', () => {
    const { vm } = testVm(64);
    vm.guest.core.setBackingOrder(THP_ORDER);
    expect(hostPageBytes(vm)).toBe(512 * FRAME_BYTES);
    vm.guest.core.backing.touch(START, 2048, true);
    expect(discardFrames(vm, START + 1, 1022)).toBe(0);
    expect(discardFrames(vm, START + 1, 1024)).toBe(512);
    expect(vm.guest.core.backing.count(START, 2048)).toBe(1536);
    expect(vm.guest.core.backing.isBacked(START + 511)).toBe(true);
    expect(vm.guest.core.backing.isBacked(START + 512)).toBe(false);
  });

  it('of what is not memory is refused', () => {
    const { vm } = testVm(64);
    expect(discardFrames(vm, 0, 2)).toBe(-1);
    expect(discardFrames(vm, 64 * 256 - 1, 2)).toBe(-1);
    expect(hostPageBytes(vm)).toBe(FRAME_BYTES);
  });
});

it('exits are a driver’s reads and writes of its device', () => {
  const { vm, vmm } = testVm(64);
  const balloon = new Balloon(vm, vmm.clock);
  expect(balloon.exits).toBeGreaterThan(0);
  const counters = { reads: 3, writes: 4 };
  expect(exitsOf({ counters } as unknown as Parameters<typeof exitsOf>[0])).toBe(7);
});
