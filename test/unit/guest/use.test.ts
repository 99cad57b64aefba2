import { describe, expect, it } from 'vitest';
import { Random, randomStream } from '../../../src/time/index.ts';
import { discardFrames } from '../../../src/vmm/attach.ts';
import {
  Balloon,
  type GuestMemory,
  type MicroVm,
  Process,
  VirtioMem,
  type Vmm,
  hotplugStart,
} from '../../../src/vmm/index.ts';
import { takeCensus } from '../../support/census.ts';
import { MIB_BYTES, MIB_FRAMES, expectSound, testGuest, testVmm } from '../../support/vm.ts';

const MEMORY_MIB = 64;
const FRAMES = MEMORY_MIB * MIB_FRAMES;

/** The sum is what the guest has, nothing is below zero, and idle is what a walk finds backed and free. */
function expectAccount(vm: MicroVm): void {
  const { memory, core } = vm.guest;
  const { used, idleFrames } = memory;
  const parts = Object.values(used);
  for (const frames of [...parts, idleFrames]) expect(frames).toBeGreaterThanOrEqual(0);
  expect(parts.reduce((sum, frames) => sum + frames, idleFrames)).toBe(core.privateFrames);
  expect(idleFrames).toBe(takeCensus(core).idleFrames);
  expectSound(vm);
}

function expectHost(vmm: Vmm, vm: MicroVm): void {
  vmm.settle(vm);
  for (const frames of vmm.host.account) expect(frames).toBeGreaterThanOrEqual(0);
  expectAccount(vm);
}

/** What a container and the page cache do, in random order. */
class Life {
  readonly #vm: MicroVm;
  readonly #random: Random;
  #processes: Process[] = [];

  constructor(vm: MicroVm, random: Random) {
    this.#vm = vm;
    this.#random = random;
  }

  step(): void {
    const { guest } = this.#vm;
    const random = this.#random;
    const process = this.#processes[random.nextBelow(4)];
    switch (random.nextBelow(6)) {
      case 0:
        if (this.#processes.length < 4) this.#start();
        break;
      case 1:
        process?.touch(random.nextBelow(1000), 1 + random.nextBelow(500), true);
        break;
      case 2:
        process?.free(random.nextBelow(1000), random.nextBelow(500));
        break;
      case 3:
        guest.files.read(`file ${random.nextBelow(3)}`, 1 + random.nextBelow(400), 0);
        break;
      case 4:
        guest.files.shrink(random.nextBelow(300));
        break;
      default:
        this.#processes.shift()?.exit();
    }
  }

  #start(): void {
    const config = { cpu: 0, kernelFrames: 16, mappedPages: 2000 };
    this.#processes.push(new Process(this.#vm.guest, config));
  }
}

describe.each(['boot', 'clone'] as const)('the account of a guest (%s)', (way) => {
  it.each([1, 2, 3, 4])(
    'stays right while its driver gives the host frames in use (%i)',
    (seed) => {
      const random = randomStream(seed, 'use');
      const vmm = testVmm();
      const vm = vmm[way](testGuest(MEMORY_MIB)) as MicroVm;
      const life = new Life(vm, random);
      for (let step = 0; step < 40; step += 1) {
        const pfn = random.nextBelow(FRAMES);
        if (random.nextBelow(3) === 0) discardFrames(vm, pfn, 1 + random.nextBelow(600));
        else life.step();
        expectHost(vmm, vm);
      }
      expect(vm.guest.core.backing.tookUsed).toBe(true);
      vmm.stop(vm);
      expect(vmm.host.heldFrames).toBeCloseTo(0, 6);
    },
  );

  it('is what was counted as long as no driver does: both ways say the same', () => {
    const vmm = testVmm();
    const vm = vmm[way](testGuest(MEMORY_MIB)) as MicroVm;
    const { memory, core } = vm.guest;
    const life = new Life(vm, randomStream(5, 'use'));
    for (let step = 0; step < 40; step += 1) life.step();
    expectHost(vmm, vm);
    expect(core.backing.tookUsed).toBe(false);
    expect(memory.used).toBe(memory.frames);
    const counted = { ...memory.frames };
    lookAtFrames(memory, vm);
    expect(memory.used).not.toBe(memory.frames);
    expect(memory.used).toEqual(counted);
  });
});

/** The host takes back a frame of a driver's own that it then writes again: only the way of counting changes. */
function lookAtFrames(memory: GuestMemory, vm: MicroVm): void {
  const addr = vm.memory.alloc(4096, 4096) ?? 0;
  vm.memory.discard(addr / 4096, 1);
  memory.core.backing.touch(addr / 4096, 1, true);
  vm.memory.free(addr, 4096);
  vm.memory.discard(addr / 4096, 1);
}

it('honest balloons and virtio-mem give no frames in use', () => {
  const vmm = testVmm();
  const vm = vmm.boot(testGuest(128, 256)) as MicroVm;
  const balloon = new Balloon(vm, vmm.clock, { freePageReporting: true, deflateOnOom: true });
  const memory = new VirtioMem(vm, vmm.clock, {
    policy: 'online_movable',
    addr: hotplugStart(128 * MIB_FRAMES) * 4096,
    regionBytes: 256 * MIB_BYTES,
    requestedBytes: 256 * MIB_BYTES,
  });
  vm.guest.writeAndFree(200 * MIB_FRAMES);
  vmm.advance(5e9);
  balloon.setTarget(100 * MIB_FRAMES);
  memory.setRequested(0);
  vmm.advance(5e9);
  expect(balloon.model.counters.releasedPages).toBeGreaterThan(0);
  expect(vm.guest.core.backing.tookUsed).toBe(false);
});
