import { describe, expect, it } from 'vitest';

import { Dimms, freeFrames, hotplugStart } from '../../../../src/vmm/index.ts';
import { MIB_FRAMES, expectSound, testVm } from '../../../support/vm.ts';

const START = hotplugStart(128 * MIB_FRAMES);

describe('Dimms', () => {
  it('brings memory in blocks of 128 MiB, less its memmap, and takes it away again', () => {
    const { vm } = testVm(128, 512);
    const dimms = new Dimms(vm, START, { policy: 'online_movable' });
    const free = freeFrames(vm.guest.core);
    const slot = dimms.plug(2);
    expect(slot).toEqual({ startFrame: START, frames: 65_536 });
    expect(freeFrames(vm.guest.core)).toBe(free + 65_536 - 1024);
    expectSound(vm);
    vm.guest.writeAndFree(200 * MIB_FRAMES);
    if (slot === undefined) return;
    const gone = dimms.unplug(slot);
    expect(gone.isGone).toBe(true);
    expect(gone.triedBlocks).toBe(2);
    expect(gone.releasedFrames).toBeGreaterThan(100 * MIB_FRAMES);
    expect(dimms.slots).toEqual([]);
    expectSound(vm);
  });

  it('takes all of a DIMM or nothing, and names the page in the way', () => {
    const { vm } = testVm(128, 512);
    const dimms = new Dimms(vm, START, { policy: 'online_kernel' });
    const slot = dimms.plug(3);
    const page = vm.memory.alloc(4096, 4096) ?? 0;
    if (slot === undefined) throw new Error('no room');
    const free = freeFrames(vm.guest.core);
    const kept = dimms.unplug(slot);
    expect(kept.isGone).toBe(false);
    expect(kept.releasedFrames).toBe(0);
    expect(kept.obstacle).toEqual({ pfn: page / 4096, kind: 'kernel' });
    expect(dimms.slots).toEqual([slot]);
    expect(Math.abs(freeFrames(vm.guest.core) - free)).toBeLessThan(2048);
    expectSound(vm);
    vm.memory.free(page, 4096);
    expect(dimms.unplug(slot).isGone).toBe(true);
    expectSound(vm);
  });

  it('plugs nothing beyond the span of the guest', () => {
    const { vm } = testVm(128, 256);
    const dimms = new Dimms(vm, START, { policy: 'online_movable' });
    expect(dimms.plug(3)).toBeUndefined();
    expect(dimms.plug(2)).toBeDefined();
    expect(dimms.plug(1)).toBeUndefined();
  });
});
