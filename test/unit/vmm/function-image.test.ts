/** What holds the image of a function on its host, and how its clones come to their pages. */

import { describe, expect, it } from 'vitest';
import {
  CAUSE_ANONYMOUS,
  CAUSE_FILE_SHARED,
  CAUSE_HOST_CACHE,
  CAUSE_VMM,
  type MicroVm,
  newCounts,
} from '../../../src/vmm/index.ts';
import { FILE_PAGES, HEAP_PAGES, imageOn, processIn } from '../../support/frozen.ts';
import { testVmm } from '../../support/vm.ts';

describe('an image in memory', () => {
  it('is there from its first clone on, by what its frames are for, and stays', () => {
    const vmm = testVmm();
    const image = imageOn(vmm, { keeper: 'memory' });
    expect(vmm.host.heldFrames).toBe(0);
    vmm.stop(vmm.restore(image));
    expect(vmm.host.heldFrames).toBe(image.image.backedFrames);
    expect(vmm.host.account[CAUSE_ANONYMOUS]).toBe(HEAP_PAGES);
    expect(vmm.host.account[CAUSE_FILE_SHARED]).toBe(FILE_PAGES);
  });
});

describe('an image on disk', () => {
  it('takes of the host’s memory what its clones have touched, each page once, while there are any', () => {
    const vmm = testVmm();
    const image = imageOn(vmm);
    const first = vmm.restore(image);
    const woken = vmm.host.account[CAUSE_HOST_CACHE] as number;
    processIn(first).touch(0, 100, false);
    first.settle(newCounts());
    expect(vmm.host.account[CAUSE_HOST_CACHE]).toBe(woken + 100);
    const second = vmm.restore(image);
    processIn(second).touch(50, 100, true);
    second.settle(newCounts());
    expect(vmm.host.account[CAUSE_HOST_CACHE]).toBe(woken + 150);
    expect(vmm.host.account[CAUSE_ANONYMOUS]).toBe(100);
    vmm.stop(first);
    vmm.stop(second);
    expect(vmm.host.heldFrames).toBeCloseTo(0, 6);
  });

  it('takes nothing for clones that are all suspended, and what was read again when one is resumed', () => {
    const vmm = testVmm();
    const [first, second] = [imageOn(vmm)].flatMap((image) => [
      vmm.restore(image),
      vmm.restore(image),
    ]) as [MicroVm, MicroVm];
    processIn(first).touch(0, 100, false);
    first.settle(newCounts());
    const read = vmm.host.account[CAUSE_HOST_CACHE] as number;
    first.suspend();
    expect(vmm.host.account[CAUSE_HOST_CACHE]).toBe(read);
    second.settle(newCounts());
    second.suspend();
    expect(vmm.host.heldFrames).toBeCloseTo(0, 6);
    second.resume({ cloneReadFrames: 0, cloneWrittenFrames: 0 });
    expect(vmm.host.account[CAUSE_HOST_CACHE]).toBeGreaterThanOrEqual(read);
    second.suspend();
    vmm.stop(second);
    vmm.stop(first);
    expect(vmm.host.heldFrames).toBeCloseTo(0, 6);
  });
});

describe('an image that is a frozen VM', () => {
  it('holds that VM, its VMM and page tables with it, as long as it has clones', () => {
    const vmm = testVmm();
    const image = imageOn(vmm, { keeper: 'parent' });
    const vm = vmm.restore(image);
    const { account } = vmm.host;
    expect(account[CAUSE_ANONYMOUS]).toBe(HEAP_PAGES);
    expect(account[CAUSE_VMM]).toBe(200);
    vmm.stop(vm);
    expect(vmm.host.heldFrames).toBeCloseTo(0, 6);
  });
});

describe('a recorded working set', () => {
  it('is what a clone has touched: the next one has just that, and nothing is shared', () => {
    const vmm = testVmm();
    const image = imageOn(vmm, { isCopied: true });
    const first = vmm.restore(image);
    processIn(first).touch(100, 70, false);
    first.settle(newCounts());
    const touched = first.guest.core.privateFrames;
    image.record(first.guest.core);
    const second = vmm.restore(image);
    expect(second.startOperations['clone']).toMatchObject({
      imageInstall4KiB: touched,
      imageBulkRead4KiB: touched,
    });
    second.settle(newCounts());
    expect(second.guest.core.privateFrames).toBe(touched);
    expect(second.guest.core.sharedFrames).toBe(0);
    expect(second.takeOperations()).toBeUndefined();
  });
});
