import { HandleEnded, RefusedArgument } from '../../../src/check/index.ts';
import { describe, expect, it } from 'vitest';

import { NS_PER_S } from '../../../src/abi/unit.ts';
import { guestConfig } from '../../../src/scenario/index.ts';
import {
  Balloon,
  CorePool,
  Dimms,
  HostOutOfMemory,
  type HostPolicy,
  type MicroVm,
  Process,
  ProcessTree,
  Reporting,
  VirtioMem,
  Vmm,
  hotplugStart,
} from '../../../src/vmm/index.ts';
import { MIB_FRAMES, expectSound } from '../../support/vm.ts';

const FOOTPRINT = { processFrames: 100, tableFramesPerFrame: 1 / 512 };
const CONFIG = guestConfig({ memoryFrames: 256 * MIB_FRAMES, build: 'verify' });

const MEM = { policy: 'online_movable', addr: 2 ** 32, regionBytes: 2 ** 28 } as const;

function host(mib: number, policy: HostPolicy): Vmm {
  return new Vmm({ hostFrames: mib * MIB_FRAMES, footprint: FOOTPRINT, policy });
}

function started(vm: MicroVm | undefined): MicroVm {
  if (vm === undefined) throw new Error('the host refused');
  return vm;
}

describe('Vmm', () => {
  it('ends with the block that uses it, and so do its VMs and their processes', () => {
    const vmm = host(400, 'refuse');
    const vm = started(vmm.boot(CONFIG));
    const process = new Process(vm.guest, { cpu: 0, kernelFrames: 20, mappedPages: 1000 });
    process.touch(0, 700, true);
    process[Symbol.dispose]();
    expect(vm.guest.memory.frames.anonymous).toBe(0);
    vm[Symbol.dispose]();
    expect(vm.stopReason).toBe('stopped');
    process[Symbol.dispose]();
    vm[Symbol.dispose]();
    started(vmm.clone(CONFIG));
    vmm[Symbol.dispose]();
    expect(vmm.vms).toEqual([]);
    expect(vmm.host.heldFrames).toBe(0);
  });

  it('refuses a start that does not fit, and the account is as before', () => {
    const vmm = host(100, 'refuse');
    expect(vmm.boot(CONFIG)).toBeDefined();
    const held = vmm.host.heldFrames;
    expect(vmm.boot(CONFIG)).toBeUndefined();
    expect(vmm.clone(CONFIG)).toBeUndefined();
    expect(vmm.host.heldFrames).toBeCloseTo(held, 6);
    expect(vmm.vms).toHaveLength(1);
  });

  it('fails a guest that grows beyond the host when nothing may be reclaimed', () => {
    const vmm = host(100, 'refuse');
    const vm = started(vmm.boot(CONFIG));
    vm.guest.writeAndFree(100 * MIB_FRAMES);
    expect(() => vmm.settle(vm)).toThrow(HostOutOfMemory);
  });

  it('reclaims idle memory through balloons first', () => {
    const vmm = host(300, 'reclaim');
    const vms = [0, 1].map(() => started(vmm.boot(CONFIG)));
    const balloons = vms.map((vm) => new Balloon(vm, vmm.clock));
    for (const vm of vms) {
      vm.guest.writeAndFree(150 * MIB_FRAMES);
      vmm.settle(vm);
    }
    expect(vmm.host.heldFrames).toBeLessThanOrEqual(300 * MIB_FRAMES);
    expect(balloons.some((balloon) => balloon.actualPages > 0)).toBe(true);
    expect(vmm.vms).toHaveLength(2);
    for (const vm of vms) expectSound(vm);
  });

  it.each([-1, NaN, Infinity])('refuses to let %d ns pass, and its clock stands', (ns) => {
    const vmm = host(300, 'refuse');
    const vm = started(vmm.boot(CONFIG));
    const reporting = new Reporting(vm, vmm.clock, { profile: 'qemu' });
    expect(() => vmm.advance(ns)).toThrow(RangeError);
    expect(vmm.clock.nowNs).toBe(0);
    vmm.advance(3 * NS_PER_S);
    expect(vmm.clock.nowNs).toBe(3 * NS_PER_S);
    expect(reporting.balloon.reporter?.passes).toBe(1);
  });

  it('kills the largest VM where that is the rule', () => {
    const vmm = host(300, 'kill');
    const vms = [0, 1].map(() => started(vmm.boot(CONFIG)));
    for (const [i, mib] of [150, 100].entries()) {
      (vms[i] as MicroVm).guest.writeAndFree(mib * MIB_FRAMES);
      vmm.settle(vms[i] as MicroVm);
    }
    expect(vms[0]?.stopReason).toContain('out of memory');
    expect(vmm.vms).toEqual([vms[1]]);
    expect(vmm.host.heldFrames).toBeLessThanOrEqual(300 * MIB_FRAMES);
  });

  it('keeps account of private, shared and VMM memory until the last VM ends', () => {
    const vmm = host(4096, 'refuse');
    const clones = [0, 1, 2].map(() => started(vmm.clone(CONFIG)));
    const [first] = clones;
    expect(first?.guest.core.sharedFrames).toBeGreaterThan(0);
    const alone = started(vmm.boot(CONFIG));
    expect(alone.guest.core.sharedFrames).toBe(0);
    for (const vm of [...clones, alone]) vmm.stop(vm);
    expect(vmm.host.heldFrames).toBeCloseTo(0, 6);
  });

  it('drops the timers of a VM with the VM', () => {
    const vmm = host(4096, 'refuse');
    const vm = started(vmm.boot(CONFIG));
    const reporting = new Reporting(vm, vmm.clock);
    vmm.stop(vm);
    vmm.advance(10e9);
    expect(reporting.balloon.reporter?.passes).toBe(0);
  });
});

describe('a VM that has ended', () => {
  it('throws from everything that its guest, its memory and its devices do, and changes no other', () => {
    const vmm = host(2000, 'refuse');
    const vm = started(vmm.boot(CONFIG));
    const balloon = new Balloon(vm, vmm.clock, { freePageReporting: true });
    const { guest, memory } = vm;
    const { core, files, memory: pages } = guest;
    const process = new Process(guest, { cpu: 0, kernelFrames: 8, mappedPages: 512 });
    const tree = new ProcessTree(guest, 0, undefined);
    const task = tree.start();
    vmm.stop(vm);
    const next = started(vmm.boot(CONFIG));
    const before = next.guest.core.hash();
    const held = vmm.host.heldFrames;
    const uses: Readonly<Record<string, () => unknown>> = {
      settle: () => vmm.settle(vm),
      'settle itself': () => vm.settle(new Float64Array(64)),
      memory: () => vm.memory,
      reclaim: () => vm.reclaim(5),
      release: () => vm.release([{ start: 4096, count: 4096 }]),
      backedIn: () => vm.backedIn([{ start: 4096, count: 4096 }]),
      writeAndFree: () => guest.writeAndFree(1000),
      runBackground: () => guest.runBackground(),
      wake: () => guest.wake(),
      readCounts: () => guest.readCounts(new Float64Array(64)),
      'idle frames': () => pages.idleFrames,
      'a file': () => files.read('data', 100, 0),
      shrink: () => files.shrink(100),
      'a process': () => process.touch(0, 10, true),
      'its exit': () => process.exit(),
      'a tree': () => tree.touch(task, 0, 10, true),
      'a fork': () => tree.fork(task),
      'a new process': () => new Process(guest, { cpu: 0, kernelFrames: 8, mappedPages: 512 }),
      core: () => core.pages.alloc(0, 0, 0),
      snapshot: () => core.snapshot(),
      'bytes read': () => memory.read(4096 * 4096, 8),
      'bytes written': () => memory.writeU32(4096 * 4096, 1),
      discard: () => memory.discard(4096, 10),
      alloc: () => memory.alloc(64, 16),
      'the balloon asked': () => balloon.ask(10),
      'the balloon given back': () => balloon.giveBack(),
      'another balloon': () => new Balloon(vm, vmm.clock),
      'another reporter': () => new Reporting(vm, vmm.clock),
      'blocks of memory': () => new VirtioMem(vm, vmm.clock, MEM),
      DIMMs: () => new Dimms(vm, hotplugStart(256 * MIB_FRAMES), MEM),
    };
    for (const [name, use] of Object.entries(uses)) {
      expect(use, name).toThrow(new HandleEnded('VM 0', 'stopped'));
    }
    expect(balloon.setTarget(10)).toBe('stopped');
    expect(next.guest.core.hash()).toBe(before);
    vmm.advance(10 * NS_PER_S);
    expectSound(next);
    expect(vmm.host.heldFrames).toBeCloseTo(held, 6);
    vmm.stop(next);
    expect(vmm.host.heldFrames).toBeCloseTo(0, 6);
  });

  it('may be stopped again, which does nothing', () => {
    const vmm = host(2000, 'refuse');
    const vm = started(vmm.boot(CONFIG));
    vmm.stop(vm);
    const next = started(vmm.boot(CONFIG));
    const held = vmm.host.heldFrames;
    expect([...vmm.stop(vm)].every((count) => count === 0)).toBe(true);
    expect(vmm.host.heldFrames).toBe(held);
    expect(next.stopReason).toBeUndefined();
  });

  it('ends although the host has no memory for its last growth, and says that', () => {
    const vmm = host(100, 'refuse');
    const vm = started(vmm.boot(CONFIG));
    vm.guest.writeAndFree(100 * MIB_FRAMES);
    expect(() => vmm.stop(vm)).toThrow(HostOutOfMemory);
    expect(vm.stopReason).toMatch(/out of memory/);
    expect(vmm.host.heldFrames).toBeCloseTo(0, 6);
  });

  it('ends once when stopping it makes the host kill it', () => {
    const pool = new CorePool();
    const of = (mib: number): Vmm =>
      new Vmm({ hostFrames: mib * MIB_FRAMES, footprint: FOOTPRINT, policy: 'kill', pool });
    const small = of(100);
    const vm = started(small.boot(CONFIG));
    vm.guest.writeAndFree(100 * MIB_FRAMES);
    vm.stop(new Float64Array(64));
    expect(vm.stopReason).toMatch(/killed/);
    small.stop(vm);
    const large = of(2000);
    const [a, b] = [started(large.boot(CONFIG)), started(large.boot(CONFIG))];
    a.guest.writeAndFree(10);
    expect(a.guest.core.hash()).not.toBe(b.guest.core.hash());
  });
});

describe('a host that is none', () => {
  it.each([
    [{ hostFrames: Number.NaN }, /^hostFrames: /],
    [{ hostFrames: -1 }, /^hostFrames: /],
    [{ policy: 'refuze' as HostPolicy }, /did you mean refuse/],
    [{ footprint: { ...FOOTPRINT, processFrames: -1 } }, /^footprint\.processFrames: /],
    [{ footprint: { ...FOOTPRINT, tableFramesPerFrame: NaN } }, /^footprint\.tableFrames/],
  ])('%o is refused', (change, text) => {
    expect(() => new Vmm({ hostFrames: 1000, footprint: FOOTPRINT, ...change })).toThrow(text);
  });
});

describe('what is no VM, image or account of a host', () => {
  const contents = { key: 'f', order: 0, fill: () => undefined };
  const calls: readonly (readonly [string, (vmm: Vmm) => unknown])[] = [
    ['vm: expected a MicroVm', (vmm) => vmm.stop({ stop: () => 0 } as never)],
    ['image: expected a FunctionImage', (vmm) => vmm.restore({} as never)],
    ['image.config: expected', (vmm) => vmm.startImage({} as never)],
    [
      'contents.fill: expected',
      (vmm) => vmm.imageOf(CONFIG, { key: 'f', order: 0 } as never, {} as never),
    ],
    ['options.isCopied: expected', (vmm) => vmm.imageOf(CONFIG, contents as never, {} as never)],
    [
      'clock: expected a Clock',
      () => new Vmm({ hostFrames: 5, footprint: FOOTPRINT, clock: 5 as never }),
    ],
    [
      'pool: expected a CorePool',
      () => new Vmm({ hostFrames: 5, footprint: FOOTPRINT, pool: {} as never }),
    ],
    ['build: expected one of', (vmm) => vmm.start({ ...CONFIG, build: 5n as never }, false)],
  ];

  it.each(calls)('%s', (message, call) => {
    const vmm = host(4096, 'refuse');
    expect(() => call(vmm)).toThrow(message);
    expect(() => call(vmm)).toThrow(RefusedArgument);
  });

  it('a VM of another host runs on', () => {
    const [one, other] = [host(4096, 'refuse'), host(4096, 'refuse')];
    const vm = started(one.boot(CONFIG));
    expect(() => other.stop(vm)).toThrow('vm: expected a VM of this host, found "VM 0 of another"');
    expect(vm.stopReason).toBeUndefined();
    one.stop(vm);
    expect(vm.stopReason).toBeDefined();
  });
});
