/** What a pager takes out of a clone's counts, and what it says instead. */

import { describe, expect, it } from 'vitest';
import { PAGEBLOCK_FRAMES } from '../../../src/abi/unit.ts';
import {
  COUNT_RELEASED_PAGES,
  COUNT_TEMPLATE_COPIES,
  COUNT_TEMPLATE_MAPS,
  newCounts,
} from '../../../src/vmm/index.ts';
import { imageOn, processIn } from '../../support/frozen.ts';
import { expectSound, testVmm } from '../../support/vm.ts';

function started(options: Parameters<typeof imageOn>[1], isLarge = false) {
  const vmm = testVmm();
  const vm = vmm.restore(imageOn(vmm, options, isLarge));
  const process = processIn(vm);
  vm.settle(newCounts());
  vm.takeOperations();
  return { vmm, vm, process };
}

describe('of an image that clones map', () => {
  it('says what the host has read, beside the faults', () => {
    const { vm, process } = started({});
    process.touch(0, 30, false);
    process.touch(30, 12, true);
    const counts = newCounts();
    vm.settle(counts);
    expect([counts[COUNT_TEMPLATE_MAPS], counts[COUNT_TEMPLATE_COPIES]]).toEqual([30, 12]);
    expect(vm.takeOperations()).toEqual({ imageRead4KiB: 42 });
  });
});

describe('of an image that a handler copies from', () => {
  it('counts each page once, whether it was read or written', () => {
    const { vm, process } = started({ isCopied: true, keeper: 'memory' });
    const before = vm.guest.core.privateFrames;
    process.touch(0, 30, false);
    process.touch(20, 20, true);
    const counts = newCounts();
    vm.settle(counts);
    expect([counts[COUNT_TEMPLATE_MAPS], counts[COUNT_TEMPLATE_COPIES]]).toEqual([0, 0]);
    expect(vm.takeOperations()).toEqual({ userfaultPage: 40 });
    expect(vm.guest.core.privateFrames).toBe(before + 40);
    expect(vm.guest.core.sharedFrames).toBe(0);
    expectSound(vm);
  });
});

describe('of pages of 2 MiB', () => {
  it('a write to any 4 KiB copies 2 MiB, a read maps as much', () => {
    const { vmm, vm, process } = started({ keeper: 'memory' }, true);
    const { core } = vm.guest;
    expect(core.privateFrames % PAGEBLOCK_FRAMES).toBe(0);
    const before = core.privateFrames;
    // a heap of 2000 pages lies in five large pages at most, and begins in one that may be copied already
    process.touch(1000, 1, true);
    process.touch(1000, 1, true);
    vm.settle(newCounts());
    const copied = (core.privateFrames - before) / PAGEBLOCK_FRAMES;
    expect(copied === 0 || copied === 1).toBe(true);
    expect(vm.takeOperations()?.imageCopy2MiB ?? 0).toBe(copied);
    process.touch(0, 2000, true);
    vm.settle(newCounts());
    expect(vm.takeOperations()?.imageCopy2MiB).toBeGreaterThan(0);
    expect(core.privateFrames - before).toBeGreaterThanOrEqual(3 * PAGEBLOCK_FRAMES);
    expectSound(vm);
    const frames = core.privateFrames;
    const counts = vmm.stop(vm);
    expect(counts[COUNT_RELEASED_PAGES]).toBe(0);
    expect(vm.takeOperations()).toMatchObject({ hostRelease2MiB: frames / PAGEBLOCK_FRAMES });
  });
});
