/** A VM with the real core, one device of the four, and a kernel in it that means harm to its VMM. */

import {
  BALLOON_PROFILES,
  BalloonDevice,
  CZONE_PROFILES,
  CZoneDevice,
  type CZoneProfileName,
  type DeviceModel,
  type DevicePolicy,
  FaascaleDevice,
  MEM_PROFILES,
  MemDevice,
  POLICY_SPEC,
} from '../../src/virtio/index.ts';
import { FRAME_BYTES, MEMORY_BLOCK_FRAMES, MIB, NS_PER_S } from '../../src/abi/unit.ts';
import { ZONE_MOVABLE } from '../../src/abi/layout.ts';
import { FaascaleSide } from '../../src/vmm/device/faascale.ts';
import { discardFrames, plugIn, timersOf } from '../../src/vmm/attach.ts';
import { type GuestConfig, GuestOutOfMemory, type MicroVm, type Vmm } from '../../src/vmm/index.ts';
import { HostileDriver, SIZE } from './hostile.ts';
import type { Op } from './hostile-ops.ts';

export const KINDS = ['balloon', 'mem', 'czone', 'faascale'] as const;
export type Kind = (typeof KINDS)[number];

/** Of each kind, by number. */
export const PROFILES = {
  balloon: ['firecracker', 'cloud-hypervisor', 'qemu'],
  mem: ['firecracker', 'cloud-hypervisor', 'qemu'],
  czone: ['adaptive', 'static', 'guest-driven'],
  faascale: ['lazy', 'populate'],
} as const;

const MEMORY_FRAMES = 32 * 256;
/** virtio-mem: one memory block behind a hole. */
const REGION = MEMORY_BLOCK_FRAMES;
const REGION_FRAMES = MEMORY_BLOCK_FRAMES;
const ZONES = { start: 2 * MEMORY_FRAMES, frames: 32 * 256, blockFrames: 512 };
const BLOCK_FRAMES = 512;
const QUEUES = 5;
/** Rings of five queues, then messages. */
const RINGS_BYTES = 8 * FRAME_BYTES;
const MESSAGE = QUEUES * FRAME_BYTES;
const ANSWER = MESSAGE + FRAME_BYTES;
/** What drivers accept: all but the low bits of the transport, which rings of these kinds do without. */
const FEATURES = 0xff;

function regionOf(kind: Kind): GuestConfig['region'] {
  if (kind === 'faascale') return { ...ZONES, blockFrames: 1024, isBooted: true };
  return kind === 'czone' ? ZONES : undefined;
}

/** As small as walks of all its frames can be made after every few operations. */
export function victim(kind: Kind): GuestConfig {
  return {
    memoryFrames: MEMORY_FRAMES,
    region: regionOf(kind),
    hotplugEndFrame: kind === 'mem' ? REGION + REGION_FRAMES : undefined,
    cpus: 1,
    processes: 2,
    files: 2,
    kernel: {
      imageFrames: 600,
      dynamicFrames: 300,
      pageCacheFrames: 200,
      agentFrames: 100,
      cloneWrittenFrames: 50,
      cloneReadFrames: 50,
    },
    build: 'verify',
  };
}

function balloonOf(vm: MicroVm, timers: Vmm['clock'], name: keyof typeof BALLOON_PROFILES) {
  const host = {
    discard: (at: number, count: number): number => discardFrames(vm, at, count),
    willNeed: (): void => {},
    noteFree: (): void => {},
  };
  return new BalloonDevice(BALLOON_PROFILES[name], host, {
    memoryPages: MEMORY_FRAMES,
    timers: timersOf(vm, timers),
    statsIntervalNs: NS_PER_S,
    stats: true,
    freePageHinting: true,
    freePageReporting: true,
    deflateOnOom: true,
  });
}

function memOf(vm: MicroVm, name: keyof typeof MEM_PROFILES): MemDevice {
  const host = {
    plug: (): boolean => true,
    unplug: (addr: number, bytes: number): number =>
      vm.memory.discard(addr / FRAME_BYTES, bytes / FRAME_BYTES),
  };
  return new MemDevice(MEM_PROFILES[name], host, {
    addr: REGION * FRAME_BYTES,
    regionBytes: REGION_FRAMES * FRAME_BYTES,
  });
}

function czoneOf(vm: MicroVm, timers: Vmm['clock'], name: CZoneProfileName): CZoneDevice {
  const discard = (at: number, count: number): number => vm.memory.discard(at, count);
  const host = { plug: () => true, unplug: discard, release: discard };
  return new CZoneDevice(CZONE_PROFILES[name], host, {
    addr: ZONES.start * FRAME_BYTES,
    regionBytes: ZONES.frames * FRAME_BYTES,
    blockBytes: ZONES.blockFrames * FRAME_BYTES,
    timers: timersOf(vm, timers),
  });
}

export interface Setting {
  readonly kind: Kind;
  /** Which of PROFILES. */
  readonly profile: number;
  readonly isPci: boolean;
}

export class HostileVm {
  readonly vm: MicroVm;
  readonly #vmm: Vmm;
  readonly #model: DeviceModel;
  readonly #driver: HostileDriver;
  readonly #base: number;

  constructor(vmm: Vmm, { kind, profile, isPci }: Setting) {
    const vm = vmm.boot(victim(kind));
    if (vm === undefined) throw new Error('the test host has no room');
    this.vm = vm;
    this.#vmm = vmm;
    let policy: DevicePolicy;
    if (kind === 'balloon') {
      const model = balloonOf(vm, vmm.clock, PROFILES.balloon[profile] ?? 'qemu');
      [this.#model, policy] = [model, model.profile.policy];
    } else if (kind === 'mem') {
      const model = memOf(vm, PROFILES.mem[profile] ?? 'qemu');
      [this.#model, policy] = [model, model.profile.policy];
    } else if (kind === 'faascale') {
      const isPopulated = PROFILES.faascale[profile] === 'populate';
      this.#model = new FaascaleDevice(new FaascaleSide(vm, isPopulated));
      policy = POLICY_SPEC;
    } else {
      const model = czoneOf(vm, vmm.clock, PROFILES.czone[profile] ?? 'adaptive');
      [this.#model, policy] = [model, model.profile.policy];
    }
    this.#base = vm.memory.alloc(RINGS_BYTES, RINGS_BYTES) ?? 0;
    const { device } = plugIn(vm, this.#model, policy);
    this.#driver = new HostileDriver(device, vm.memory, QUEUES, { isPci, base: this.#base });
    this.#driver.start(FEATURES);
  }

  get violations(): ReadonlyMap<string, number> {
    return this.#driver.device.counters.violations;
  }

  act(step: Op): void {
    const { memory } = this.vm;
    const driver = this.#driver;
    switch (step.kind) {
      case 'frames':
        return this.#tell(step.queue, new Uint8Array(Uint32Array.from(step.pfns).buffer), 0);
      case 'ranges':
        return this.#ranges(step.queue, step.pfns);
      case 'hint':
        return this.#hint(step.pfns);
      case 'message':
        return this.#tell(step.queue, step.bytes(this.#regionAddr), step.answerBytes);
      case 'ring':
        return this.#giveRing(step.queue);
      case 'spoil':
        memory.writeU16(this.#base + step.offset, step.value);
        return;
      case 'chain':
        for (const [i, [addr, length, flags, next]] of step.descriptors.entries()) {
          driver.describe(step.queue, i, [this.#place(addr), length, flags, next]);
        }
        driver.offer(step.queue, step.heads, step.jump);
        return driver.notify(step.queue);
      case 'register':
        driver.mmio.read(step.offset, step.width);
        driver.mmio.write(step.offset, step.width, step.value);
        return;
      case 'start':
        return driver.start(step.features, step.high);
      case 'host':
        return this.#actAsHost(step.what, step.value, step.zone);
      case 'guest':
        return this.#actAsGuest(step.what, step.value);
    }
  }

  get #regionAddr(): number {
    return (this.#model instanceof MemDevice ? REGION : ZONES.start) * FRAME_BYTES;
  }

  /** Small addresses are meant inside the rings and messages. */
  #place(addr: number): number {
    return addr < RINGS_BYTES ? this.#base + addr : addr;
  }

  #tell(queue: number, bytes: Uint8Array, answerBytes: number): void {
    this.vm.memory.write(this.#base + MESSAGE, bytes);
    const buffers: [number, number][] = [[this.#base + MESSAGE, bytes.length]];
    if (answerBytes > 0) buffers.push([this.#base + ANSWER, answerBytes]);
    this.#driver.send(queue, buffers, 1);
  }

  #ranges(queue: number, pfns: readonly number[]): void {
    const buffers = pfns.map((pfn): [number, number] => [pfn * FRAME_BYTES, 2 * FRAME_BYTES]);
    if (buffers.length > 0) this.#driver.send(queue, buffers.slice(0, SIZE), 0);
  }

  /** Ranges of the current run, with the command before them. */
  #hint(pfns: readonly number[]): void {
    if (!(this.#model instanceof BalloonDevice)) return;
    const command = this.#model.startHinting() ?? 0;
    this.#tell(3, new Uint8Array(Uint32Array.of(command).buffer), 0);
    this.#ranges(3, pfns);
  }

  /** The frames of a queue's own rings, to the host. */
  #giveRing(queue: number): void {
    const pfn = this.#base / FRAME_BYTES + queue;
    this.#tell(0, new Uint8Array(Uint32Array.of(pfn).buffer), 0);
    this.#ranges(4, [pfn]);
  }

  #actAsHost(what: number, value: number, zone: number): void {
    const model = this.#model;
    if (what === 0) this.#vmm.advance((value / 10) * NS_PER_S);
    else if (what === 1) this.#vmm.settle(this.vm);
    else if (model instanceof BalloonDevice) askBalloon(model, what, value);
    else if (model instanceof MemDevice) askMem(model, what, value);
    else if (model instanceof CZoneDevice) askZones(model, what, value, zone);
  }

  /** What its kernel does besides: uses memory, and what it was given of the region. */
  #actAsGuest(what: number, value: number): void {
    const { guest } = this.vm;
    const { hotplug, czones } = guest.core;
    const block = (first: number): number => first + (value % 16) * BLOCK_FRAMES;
    try {
      if (what === 0) guest.writeAndFree(value * 8);
      else if (what === 1) guest.files.read('file', value, value);
      else if (what === 2) guest.files.shrink(value);
      else if (this.#model instanceof MemDevice) {
        const plugged = [{ start: block(REGION), count: 4 * BLOCK_FRAMES }];
        if (what === 3) hotplug.online(REGION, REGION_FRAMES, ZONE_MOVABLE, plugged);
        else hotplug.offline(REGION, REGION_FRAMES, 0);
      } else if (this.#model instanceof CZoneDevice) {
        if (what === 3) czones.plug(block(ZONES.start), BLOCK_FRAMES);
        else czones.unplug(block(ZONES.start), BLOCK_FRAMES);
      }
    } catch (error) {
      if (!(error instanceof GuestOutOfMemory)) throw error;
    }
  }
}

function askBalloon(model: BalloonDevice, what: number, value: number): void {
  if (what === 2) model.setTarget(value * 100);
  else if (what === 3) model.startHinting(value % 2 === 0);
  else if (what === 4) model.stopHinting();
  else if (what === 5) model.finishHinting();
  else if (what === 6) model.pollStats();
  else if (what === 7) model.setStatsInterval((value % 3) * NS_PER_S);
  else if (what === 8) model.load(model.save());
  else model.setInhibited(value % 4 === 0);
}

function askMem(model: MemDevice, what: number, value: number): void {
  if (what < 7) model.setRequested(value * 2 * MIB);
  else if (what === 7) model.systemReset();
  else model.load(model.save());
}

function askZones(model: CZoneDevice, what: number, value: number, zone: number): void {
  if (what === 2) model.reclaim(zone, value * FRAME_BYTES);
  else if (what === 3) model.shrink(zone, value * 2 * MIB);
  else if (what === 4) model.cancel(zone);
  else if (what === 5) model.setIdle(zone, value % 2 === 0);
  else if (what === 6) model.requestStats();
  else if (what === 7) model.setPaused(value % 4 === 0);
  else if (what === 8) model.setRequested(value * 2 * MIB);
  else if (value > 60) model.systemReset();
  else if (value > 50) model.load(model.save());
}
