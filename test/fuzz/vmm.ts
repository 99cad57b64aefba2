/**
 * A driver that means harm, with the real memory behind its devices: rings and messages anywhere,
 * rings that it gives to the host while they are in use, frame numbers of kernel memory, of holes,
 * of nothing. The VMM neither throws nor hangs, and its books are right.
 */

import fc from 'fast-check';
import { expect } from 'vitest';

import {
  BALLOON_PROFILES,
  BalloonDevice,
  type BalloonProfileName,
  CZONE_PROFILES,
  CZoneDevice,
  type Connection,
  type DeviceModel,
  type DriverQueue,
  MEM_PROFILES,
  MemDevice,
} from '../../src/virtio/index.ts';
import { guestConfig } from '../../src/scenario/index.ts';
import type { Timers } from '../../src/time/index.ts';
import { encodeReport } from '../../src/virtio/czone/report.ts';
import { encodeRequest } from '../../src/virtio/czone/request.ts';
import { discardFrames, plugIn, timersOf } from '../../src/vmm/attach.ts';
import type { MicroVm, Vmm } from '../../src/vmm/index.ts';
import { MIB_BYTES, expectSound, testGuest, testVmm } from '../support/vm.ts';
import { type Fuzzer, Tally } from './fuzzer.ts';

const MEMORY_MIB = 64;
const REGION = 4 * 2 ** 30;
const ZONE_REGION = { start: REGION / 4096, frames: 32 * 256, blockFrames: 512 };
/** Zones of a machine are the guest's: without its driver none is there before the attack. */
const zonedGuest = guestConfig({
  memoryFrames: MEMORY_MIB * 256,
  region: ZONE_REGION,
  build: 'verify',
});

const pfn = fc.oneof(
  { weight: 6, arbitrary: fc.nat({ max: MEMORY_MIB * 256 }) },
  { weight: 2, arbitrary: fc.constantFrom(0, 159, 160, 255, 4096, 0xffff_ffff) },
);
const op = fc.oneof(
  fc.record({
    kind: fc.constant('inflate' as const),
    queue: fc.nat({ max: 5 }),
    pfns: fc.array(pfn),
  }),
  fc.record({
    kind: fc.constant('ranges' as const),
    queue: fc.nat({ max: 5 }),
    pfns: fc.array(pfn),
  }),
  fc.record({
    kind: fc.constant('request' as const),
    type: fc.nat({ max: 4 }),
    block: fc.nat({ max: 80 }),
    blocks: fc.nat({ max: 70 }),
  }),
  fc.record({
    kind: fc.constant('zoneRequest' as const),
    type: fc.nat({ max: 9 }),
    flags: fc.constantFrom(0, 0, 0, 1, 2, 0xffff),
    zone: fc.nat({ max: 4 }),
    block: fc.nat({ max: 18 }),
    blocks: fc.nat({ max: 5 }),
    value: fc.constantFrom(0, 2 * MIB_BYTES, 2 ** 40),
  }),
  fc.record({
    kind: fc.constant('zoneReport' as const),
    requestId: fc.nat({ max: 3 }),
    zone: fc.nat({ max: 4 }),
    flags: fc.nat({ max: 3 }),
    ranges: fc.array(fc.record({ first: fc.nat({ max: 9000 }), count: fc.nat({ max: 600 }) }), {
      maxLength: 4,
    }),
  }),
  fc.record({ kind: fc.constant('giveRing' as const), queue: fc.nat({ max: 5 }) }),
  fc.record({
    kind: fc.constant('spoilRing' as const),
    queue: fc.nat({ max: 5 }),
    offset: fc.nat({ max: 8191 }),
    value: fc.nat({ max: 0xffff }),
  }),
  fc.record({
    kind: fc.constant('jump' as const),
    queue: fc.nat({ max: 5 }),
    value: fc.nat({ max: 0xffff }),
  }),
  fc.record({ kind: fc.constant('notify' as const), queue: fc.nat({ max: 7 }) }),
  fc.record({ kind: fc.constant('target' as const), size: fc.nat({ max: 64 }) }),
);
type Op = typeof op extends fc.Arbitrary<infer T> ? T : never;

/** Room for an answer, behind what is asked. */
function answerAt(page: number): { addr: number; lengthBytes: number } {
  return { addr: page + 64, lengthBytes: 16 };
}

/** A device set up as a driver does, and then driven by hand. */
class Attacker {
  readonly vm: MicroVm;
  readonly model: DeviceModel;
  readonly mmio: Connection['mmio'];
  readonly queues: DriverQueue<null>[] = [];
  readonly page: number;

  constructor(vm: MicroVm, model: DeviceModel, profile: typeof BALLOON_PROFILES.qemu.policy) {
    this.vm = vm;
    this.model = model;
    const { mmio, transport } = plugIn(vm, model, profile);
    this.mmio = mmio;
    transport.probe(model.deviceId);
    transport.negotiate(~0n & ~(1n << 28n) & ~(1n << 29n), (features) => features);
    for (let i = 0; ; i += 1) {
      const queue = transport.setUpQueue<null>(i);
      if (typeof queue === 'string') break;
      this.queues.push(queue);
    }
    transport.start({ configChanged: () => {}, queueUsed: () => {}, work: () => {} });
    this.page = vm.memory.alloc(4096, 4096) ?? 0;
  }

  act(step: Op): void {
    const { memory } = this.vm;
    switch (step.kind) {
      case 'inflate': {
        memory.write(this.page, new Uint8Array(Uint32Array.from(step.pfns).buffer));
        this.#send(step.queue, [{ addr: this.page, lengthBytes: 4 * step.pfns.length }], 1);
        return;
      }
      case 'ranges': {
        const buffers = step.pfns.map((at) => ({ addr: at * 4096, lengthBytes: 8192 }));
        this.#send(step.queue, buffers, 0);
        return;
      }
      case 'request': {
        const bytes = new DataView(new ArrayBuffer(24));
        bytes.setUint16(0, step.type, true);
        bytes.setBigUint64(8, BigInt(REGION + step.block * 2 * MIB_BYTES), true);
        bytes.setUint16(16, step.blocks, true);
        memory.write(this.page, new Uint8Array(bytes.buffer));
        const answer = { addr: this.page + 64, lengthBytes: 10 };
        this.#send(0, [{ addr: this.page, lengthBytes: 24 }, answer], 1);
        return;
      }
      case 'zoneRequest': {
        memory.write(this.page, encodeRequest(step));
        this.#send(0, [{ addr: this.page, lengthBytes: 24 }, answerAt(this.page)], 1);
        return;
      }
      case 'zoneReport': {
        const bytes = encodeReport(step);
        memory.write(this.page, bytes);
        this.#send(2, [{ addr: this.page, lengthBytes: bytes.length }], 1);
        return;
      }
      case 'giveRing': {
        const ring = this.queues[step.queue]?.layout.descAddr ?? this.page;
        memory.write(this.page, new Uint8Array(Uint32Array.of(ring / 4096).buffer));
        this.#send(0, [{ addr: this.page, lengthBytes: 4 }], 1);
        return;
      }
      case 'spoilRing': {
        const ring = this.queues[step.queue]?.layout.descAddr ?? this.page;
        memory.writeU16(ring + step.offset, step.value);
        return;
      }
      case 'jump': {
        const index = step.queue % this.queues.length;
        memory.writeU16((this.queues[index]?.layout.availAddr ?? this.page) + 2, step.value);
        this.mmio.write(0x50, 4, index);
        return;
      }
      case 'notify':
        this.mmio.write(0x50, 4, step.queue);
        return;
      case 'target':
        if (this.model instanceof BalloonDevice) this.model.setTarget(step.size * 256);
        else if (this.model instanceof MemDevice)
          this.model.setRequested(step.size * 2 * MIB_BYTES);
        else (this.model as CZoneDevice).reclaim(step.size % 5, step.size * MIB_BYTES);
    }
  }

  #send(index: number, buffers: { addr: number; lengthBytes: number }[], readable: number): void {
    const queue = this.queues[index % this.queues.length];
    if (queue?.add(buffers, readable, null) !== true) return;
    this.mmio.write(0x50, 4, index % this.queues.length);
    queue.takeUsed();
  }
}

function czoneModel(vm: MicroVm, timers: Timers): CZoneDevice {
  const discard = (at: number, count: number): number => vm.memory.discard(at, count);
  const host = { plug: () => true, unplug: discard, release: discard, reclaimed: () => {} };
  const regionBytes = ZONE_REGION.frames * 4096;
  return new CZoneDevice(CZONE_PROFILES.adaptive, host, {
    addr: ZONE_REGION.start * 4096,
    regionBytes,
    blockBytes: 2 * MIB_BYTES,
    timers: timersOf(vm, timers),
  });
}

function modelFor(
  vm: MicroVm,
  kind: Exclude<Kind, 'czone'>,
  name: BalloonProfileName,
): DeviceModel {
  if (kind === 'balloon') {
    const host = {
      discard: (at: number, count: number) => discardFrames(vm, at, count),
      willNeed: () => {},
      noteFree: () => {},
    };
    return new BalloonDevice(BALLOON_PROFILES[name], host, {
      memoryPages: MEMORY_MIB * 256,
      stats: true,
      freePageHinting: true,
      freePageReporting: true,
    });
  }
  const host = {
    plug: () => true,
    unplug: (addr: number, bytes: number) => vm.memory.discard(addr / 4096, bytes / 4096),
  };
  const regionBytes = 128 * MIB_BYTES;
  return new MemDevice(MEM_PROFILES[name], host, { addr: REGION, regionBytes });
}

const KINDS = ['balloon', 'mem', 'czone'] as const;
type Kind = (typeof KINDS)[number];
const NAMES = ['firecracker', 'cloud-hypervisor', 'qemu'] as const;

const POLICIES = { balloon: BALLOON_PROFILES, mem: MEM_PROFILES };

/** Boots machines of one config on one host, attacks each and sees it off. */
class Victims {
  /** Kept from case to case, because a second boot is ten times cheaper; left behind after a failure. */
  #host: Vmm | undefined;

  attack(kind: (typeof KINDS)[number], name: BalloonProfileName, steps: readonly Op[]): boolean {
    const host = this.#host ?? testVmm();
    this.#host = undefined;
    const vm = host.boot(kind === 'czone' ? zonedGuest : testGuest(MEMORY_MIB, 128));
    if (vm === undefined) throw new Error('the test host has no room');
    const attacker =
      kind === 'czone'
        ? new Attacker(vm, czoneModel(vm, host.clock), CZONE_PROFILES.adaptive.policy)
        : new Attacker(vm, modelFor(vm, kind, name), POLICIES[kind][name].policy);
    for (const step of steps) {
      if (!vm.checkDevices()) break;
      attacker.act(step);
    }
    host.advance(1e9);
    const isRunning = vm.stopReason === undefined;
    if (isRunning) expectSound(vm);
    host.stop(vm);
    expect(host.host.heldFrames).toBeCloseTo(0, 6);
    this.#host = host;
    return isRunning;
  }
}

export const vmm: Fuzzer = {
  name: 'vmm',
  sentence:
    'A VMM with real guest memory survives hostile drivers; after it the host holds nothing.',
  cases: 150,
  create: () => {
    const outcomes = ['survived', 'stopped'];
    const ways = KINDS.flatMap((kind) => NAMES.map((name) => `${kind} of ${name}`));
    const tally = new Tally([...outcomes, ...ways]);
    const victims = new Victims();
    const property = fc.property(
      fc.constantFrom(...KINDS),
      fc.constantFrom(...NAMES),
      fc.array(op, { maxLength: 40, size: 'max' }),
      (kind, name, steps) => {
        tally.add(`${kind} of ${name}`);
        tally.add(victims.attack(kind, name, steps) ? 'survived' : 'stopped');
      },
    );
    return { property, missing: tally.missing };
  },
};
