import { describe, expect, it } from 'vitest';
import { RefusedArgument } from '../../../../src/check/index.ts';
import { KIND_FREE } from '../../../../src/core/index.ts';
import type { MicroVm } from '../../../../src/vmm/index.ts';
import { MIB_FRAMES, expectSound, testGuest, testVmm } from '../../../support/vm.ts';

describe('host pages of 2 MiB', () => {
  it('behind a clone leave what is still the template alone', () => {
    const vmm = testVmm();
    const vm = vmm.clone(testGuest(128)) as MicroVm;
    const { core } = vm.guest;
    core.setBackingOrder(9);
    const shared = core.sharedFrames;
    const backed = core.backedFrames;
    // the free frames among the template's, and then whole blocks
    for (let pfn = 4096; pfn < 32_768; pfn += 64) {
      if (core.frames.kind(pfn) === KIND_FREE) core.backing.touch(pfn, 1, true);
    }
    expectSound(vm);
    vm.guest.writeAndFree(70 * MIB_FRAMES);
    expectSound(vm);
    expect(core.backedFrames).toBeGreaterThan(backed + 60 * MIB_FRAMES);
    expect(core.sharedFrames).toBe(shared);
    vmm.settle(vm);
    for (const frames of vmm.host.account) expect(frames).toBeGreaterThanOrEqual(0);
  });

  it('behind a guest of its own come as a whole', () => {
    const vm = testVmm().boot(testGuest(128)) as MicroVm;
    const { core } = vm.guest;
    core.setBackingOrder(9);
    const before = core.backedFrames;
    core.backing.touch(24_000, 1, true);
    expect(core.backedFrames).toBe(before + 512);
    expectSound(vm);
  });

  it('are the only others there are', () => {
    const { core } = (testVmm().boot(testGuest(64)) as MicroVm).guest;
    for (const order of [1, 31, -1, Number.NaN]) {
      expect(() => core.setBackingOrder(order as 9)).toThrow(RefusedArgument);
    }
  });
});
