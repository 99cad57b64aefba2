import { describe, expect, it } from 'vitest';

import {
  Balloon,
  type OnlinePolicy,
  VirtioMem,
  type VirtioMemOptions,
  freeFrames,
  hotplugStart,
} from '../../../../src/vmm/index.ts';
import { MIB_BYTES, MIB_FRAMES, type TestVm, expectSound, testVm } from '../../../support/vm.ts';
import { rawOf } from '../../../../src/core/raw.ts';

const REGION_MIB = 1024;
const START = hotplugStart(128 * MIB_FRAMES);

interface MemVm extends TestVm {
  readonly memory: VirtioMem;
}

function memVm(policy: OnlinePolicy, more: Partial<VirtioMemOptions> = {}): MemVm {
  const made = testVm(128, REGION_MIB);
  const memory = new VirtioMem(made.vm, made.vmm.clock, {
    policy,
    addr: START * 4096,
    regionBytes: REGION_MIB * MIB_BYTES,
    ...more,
  });
  return { ...made, memory };
}

describe('VirtioMem', () => {
  it('plugs and unplugs, by the profile of each VMM', () => {
    for (const profile of ['firecracker', 'cloud-hypervisor', 'qemu'] as const) {
      const { vm, memory } = memVm('online_movable', { profile });
      rawOf(vm.guest.core).drainAll();
      const free = freeFrames(vm.guest.core);
      memory.setRequested(300 * MIB_BYTES);
      rawOf(vm.guest.core).drainAll();
      expect(memory.pluggedBytes).toBe(300 * MIB_BYTES);
      const gained = freeFrames(vm.guest.core) - free;
      expect(gained).toBe(300 * MIB_FRAMES - memory.blocks.memmapFrames);
      expectSound(vm);
      memory.setRequested(0);
      expect(memory.pluggedBytes).toBe(0);
      expect(memory.blocks.memmapFrames).toBe(0);
      expectSound(vm);
    }
  });

  it('pays for the memmap with kernel memory: 2 MiB a block of 128 MiB', () => {
    const { memory } = memVm('online_movable');
    memory.setRequested(2 * MIB_BYTES);
    expect(memory.blocks.memmapFrames).toBe(512);
    memory.setRequested(130 * MIB_BYTES);
    expect(memory.blocks.memmapFrames).toBe(1024);
  });

  it('leaves added memory alone until somebody onlines it', () => {
    const { vm, memory } = memVm('offline');
    const free = freeFrames(vm.guest.core);
    memory.setRequested(256 * MIB_BYTES);
    expect(memory.pluggedBytes).toBe(256 * MIB_BYTES);
    expect(freeFrames(vm.guest.core)).toBe(free - 1024);
    memory.setRequested(0);
    expect(memory.pluggedBytes).toBe(0);
    expectSound(vm);
  });

  it('keeps the ratio of movable to kernel memory with auto-movable', () => {
    const { memory } = memVm('auto-movable', { autoMovablePercent: 150 });
    memory.setRequested(512 * MIB_BYTES);
    const zones = [0, 1, 2, 3].map((block) => memory.blocks.isMovable(START + block * 32_768));
    expect(zones).toEqual([true, false, true, false]);
  });

  it('migrates what is in use and gives the host what was backed', () => {
    const { vm, vmm, memory } = memVm('online_movable');
    memory.setRequested(256 * MIB_BYTES);
    vm.guest.files.read('data', 20 * MIB_FRAMES, 0);
    vm.guest.writeAndFree(150 * MIB_FRAMES);
    const before = vm.guest.core.privateFrames;
    memory.setRequested(64 * MIB_BYTES);
    expect(memory.pluggedBytes).toBe(64 * MIB_BYTES);
    expect(vm.guest.files.pages).toBeGreaterThanOrEqual(20 * MIB_FRAMES);
    expect(vm.guest.core.privateFrames).toBeLessThan(before);
    expect(memory.model.counters.releasedPages).toBeGreaterThan(0);
    vmm.settle(vm);
    expectSound(vm);
  });

  it('stops short where a kernel page is in the way, and says which and why', () => {
    const { vm, vmm, memory } = memVm('online_kernel');
    memory.setRequested(256 * MIB_BYTES);
    const page = vm.memory.alloc(4096, 4096) ?? 0;
    expect(page / 4096).toBeGreaterThanOrEqual(START);
    memory.setRequested(0);
    expect(memory.pluggedBytes).toBe(2 * MIB_BYTES);
    expect(memory.driver.lastOutcome).toBe('busy');
    expect(memory.blockedRanges.at(-1)?.obstacle).toEqual({ pfn: page / 4096, kind: 'kernel' });
    expectSound(vm);
    vmm.advance(49e9);
    expect(memory.driver.counters.retries).toBe(0);
    vm.memory.free(page, 4096);
    vmm.advance(1e9);
    expect(memory.driver.counters.retries).toBe(1);
    expect(memory.pluggedBytes).toBe(0);
    expect(memory.blockedRanges).toEqual([]);
    expectSound(vm);
  });

  it('tells the balloon which of its pages moved, and the balloon tells its device', () => {
    const { vm, vmm, memory } = memVm('online_movable');
    memory.setRequested(128 * MIB_BYTES);
    const balloon = new Balloon(vm, vmm.clock, { profile: 'qemu' });
    balloon.setTarget(30 * MIB_FRAMES);
    memory.setRequested(0);
    expect(memory.pluggedBytes).toBe(0);
    const { migratedPages } = balloon.driver.counters;
    expect(migratedPages).toBeGreaterThan(0);
    expect(balloon.model.counters.inflatedPages).toBe(30 * MIB_FRAMES + migratedPages);
    expect(balloon.actualPages).toBe(30 * MIB_FRAMES);
    expectSound(vm);
    balloon.setTarget(0);
    expect(balloon.actualPages).toBe(0);
    expectSound(vm);
  });

  it('gives up for lack of memory for the memmap, truthfully', () => {
    const { vm, memory } = memVm('online_movable');
    const blocks: number[] = [];
    for (;;) {
      const addr = vm.memory.alloc(4096, 4096);
      if (addr === undefined) break;
      blocks.push(addr);
    }
    memory.setRequested(128 * MIB_BYTES);
    expect(memory.pluggedBytes).toBe(0);
    expect(memory.driver.lastOutcome).toBe('no-memory');
    expectSound(vm);
  });
});

describe('a region that is none', () => {
  const wild: Readonly<Record<string, Partial<VirtioMemOptions>>> = {
    'a profile nobody has': { profile: 'quemu' as 'qemu' },
    'a policy nobody has': { policy: 'online-movable' as OnlinePolicy },
    'a ratio that is none': { autoMovablePercent: Number.NaN },
    'an address before the first': { addr: -128 * MIB_BYTES },
    'an address that is none': { addr: Number.NaN },
    'no size': { regionBytes: 0 },
    'a size without end': { regionBytes: Infinity },
    'an address inside the memory': { addr: 0 },
    'more than the guest has tables for': { regionBytes: 2 * REGION_MIB * MIB_BYTES },
    'a node beyond 16 bits': { nodeId: 70_000 },
    'big blocks of no power of two': { bigBlockBytes: 3 * 128 * MIB_BYTES },
    'a request that is no size': { requestedBytes: -2 * MIB_BYTES },
    'what cannot be told of frames': { given: {} as never },
    'what cannot be told of a retry': { retried: 5 as never },
  };

  it.each(Object.entries(wild))('%s: refused, and nothing is attached', (_, more) => {
    const { vm, vmm } = testVm(128, REGION_MIB);
    const before = vm.guest.core.hash();
    const options = { policy: 'online_movable', addr: START * 4096 } as const;
    const regionBytes = REGION_MIB * MIB_BYTES;
    expect(() => new VirtioMem(vm, vmm.clock, { ...options, regionBytes, ...more })).toThrow(
      RangeError,
    );
    expect(vm.devices).toEqual([]);
    expect(vm.guest.core.hash()).toBe(before);
    expect(new VirtioMem(vm, vmm.clock, { ...options, regionBytes }).failure).toBeUndefined();
  });

  it('in a guest without room for hot-plug says what to do', () => {
    const { vm, vmm } = testVm(128);
    const options = { policy: 'online_movable', addr: START * 4096 } as const;
    expect(
      () => new VirtioMem(vm, vmm.clock, { ...options, regionBytes: 128 * MIB_BYTES }),
    ).toThrow(/make the guest with hotplugFrames/);
  });

  it('may not lie over another', () => {
    const { vm, vmm } = memVm('online_movable', { regionBytes: 512 * MIB_BYTES });
    const second = (addr: number): VirtioMem =>
      new VirtioMem(vm, vmm.clock, {
        policy: 'online_movable',
        addr,
        regionBytes: 256 * MIB_BYTES,
      });
    expect(() => second(START * 4096 + 384 * MIB_BYTES)).toThrow(/frames that nothing else has/);
    expect(second(START * 4096 + 512 * MIB_BYTES).setRequested(128 * MIB_BYTES)).toBe('ok');
    expectSound(vm);
  });

  it.each([-1, 0.5, Number.NaN, Infinity])('is not asked for %d frames', (frames) => {
    const { memory } = memVm('online_movable', { requestedBytes: 256 * MIB_BYTES });
    expect(() => memory.ask(frames)).toThrow(RangeError);
    expect(memory.setRequested(frames * MIB_BYTES)).toBe('invalid');
    expect(memory.pluggedBytes).toBe(256 * MIB_BYTES);
  });
});
