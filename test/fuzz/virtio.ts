/**
 * A driver that means harm: random registers, rings and messages, and nearly valid ones, against every
 * device and profile.
 */

import fc from 'fast-check';
import { expect } from 'vitest';

import { NS_PER_S } from '../../src/abi/unit.ts';
import { Clock } from '../../src/time/index.ts';
import {
  BALLOON_PROFILES,
  BalloonDevice,
  MEM_PROFILES,
  MemDevice,
  VirtioDevice,
} from '../../src/virtio/index.ts';
import { FlatGuestMemory, TestHost } from '../support/virtio.ts';
import { type Fuzzer, Tally } from './fuzzer.ts';
import { type Descriptor, HostileDriver, SIZE, layout } from './hostile.ts';

const MEMORY_BYTES = 1 << 18;
const PAGES = MEMORY_BYTES / 4096;
const QUEUES = 5;
const BLOCK = 2 << 20;
const REGION_BLOCKS = 128;
const BASE = 1 << 30;
const PROFILES = ['firecracker', 'cloud-hypervisor', 'qemu'] as const;

/** Addresses worth trying: message buffers, rings, edges, nonsense. */
const addr = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0x10, max: 0x3e }).map((page) => page * 4096) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: MEMORY_BYTES + 16 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, MEMORY_BYTES - 1, 2 ** 32, 2 ** 53, 2 ** 63) },
);
const length = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(0, 1, 4, 8, 10, 16, 24, 32, 1024, 1028, 4096) },
  { weight: 1, arbitrary: fc.nat({ max: 0xffff_ffff }) },
);
const queue = fc.nat({ max: QUEUES - 1 });

type Op =
  | { kind: 'desc'; queue: number; i: number; d: Descriptor }
  | { kind: 'table'; at: number; d: Descriptor }
  | { kind: 'avail'; queue: number; heads: number[]; jump: number }
  | { kind: 'event'; queue: number; value: number }
  | { kind: 'message'; at: number; words: number[] }
  | { kind: 'request'; at: number; type: number; block: number; blocks: number }
  | { kind: 'chain'; queue: number; buffers: [number, number][]; readable: number; loops: boolean }
  | { kind: 'hint'; addr: number }
  | { kind: 'notify'; queue: number }
  | { kind: 'register'; offset: number; width: number; value: number }
  | { kind: 'read'; offset: number; width: number }
  | { kind: 'pci'; isConfig: boolean; offset: number; width: number; value: number | undefined }
  | { kind: 'init'; features: number; high: number }
  | { kind: 'host'; what: number; value: number };

const descriptor = fc.tuple(
  addr,
  length,
  fc.oneof(fc.constantFrom(0, 0, 1, 2, 3, 4, 5), fc.nat({ max: 0xffff })),
  fc.oneof(fc.nat({ max: SIZE }), fc.nat({ max: 0xffff })),
);
const messageAt = fc.integer({ min: 0x10, max: 0x3e }).map((page) => page * 4096);

const op: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('desc' as const),
      queue,
      i: fc.nat({ max: SIZE - 1 }),
      d: descriptor,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('table' as const), at: messageAt, d: descriptor }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('avail' as const),
      queue,
      heads: fc.array(fc.nat({ max: SIZE }), { minLength: 1, maxLength: 3 }),
      jump: fc.oneof({ weight: 20, arbitrary: fc.constant(0) }, fc.nat({ max: 0xffff })),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('event' as const),
      queue,
      value: fc.nat({ max: 0xffff }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('message' as const),
      at: messageAt,
      words: fc.array(fc.oneof(fc.nat({ max: PAGES }), fc.nat({ max: 0xffff_ffff })), {
        maxLength: 8,
      }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('request' as const),
      at: messageAt,
      type: fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 0xffff })),
      block: fc.oneof(fc.nat({ max: 3 }), fc.integer({ min: -1, max: REGION_BLOCKS })),
      blocks: fc.oneof({ weight: 4, arbitrary: fc.nat({ max: 3 }) }, fc.nat({ max: 0xffff })),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('chain' as const),
      queue,
      buffers: fc.array(fc.tuple(addr, length), { minLength: 1, maxLength: 4 }),
      readable: fc.nat({ max: 4 }),
      loops: fc.nat({ max: 20 }).map((n) => n === 0),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('hint' as const), addr }) },
  { weight: 10, arbitrary: fc.record({ kind: fc.constant('notify' as const), queue }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('register' as const),
      offset: fc.nat({ max: 0x140 }),
      width: fc.constantFrom(1, 2, 4, 8),
      value: fc.nat({ max: 0xffff_ffff }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('read' as const),
      offset: fc.nat({ max: 0x140 }),
      width: fc.constantFrom(1, 2, 4, 8),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('pci' as const),
      isConfig: fc.boolean(),
      offset: fc.nat({ max: 0x120 }),
      width: fc.constantFrom(1, 2, 4, 8),
      // undefined reads
      value: fc.option(fc.oneof(fc.nat({ max: 16 }), fc.nat({ max: 0xffff_ffff })), {
        nil: undefined,
      }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('init' as const),
      features: fc.oneof(fc.constant(0x3000_003f), fc.nat({ max: 0xffff_ffff })),
      high: fc.constantFrom(1, 1, 1, 0, 3),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('host' as const),
      what: fc.nat({ max: 5 }),
      value: fc.nat({ max: 64 }),
    }),
  },
);

function eachBlock(start: number, bytes: number, act: (addr: number) => void): void {
  for (let at = start; at < start + bytes; at += BLOCK) act(at);
}

class Attack {
  readonly memory = new FlatGuestMemory(MEMORY_BYTES);
  readonly clock = new Clock();
  readonly host = new TestHost(PAGES);
  readonly plugged = new Set<number>();
  readonly balloon: BalloonDevice | undefined;
  readonly mem: MemDevice | undefined;
  readonly device: VirtioDevice;
  readonly driver: HostileDriver;
  #line = false;

  constructor(
    isBalloon: boolean,
    isPci: boolean,
    profile: (typeof PROFILES)[number],
    hostPageBytes: number,
  ) {
    if (isBalloon) {
      this.balloon = new BalloonDevice(BALLOON_PROFILES[profile], this.host, {
        memoryPages: PAGES,
        hostPageBytes,
        timers: this.clock,
        statsIntervalNs: NS_PER_S,
        stats: true,
        freePageHinting: true,
        freePageReporting: true,
        deflateOnOom: true,
      });
    } else {
      this.mem = new MemDevice(MEM_PROFILES[profile], this.#memHost(), {
        addr: BASE,
        regionBytes: BLOCK * REGION_BLOCKS,
      });
    }
    const model = this.balloon ?? this.mem;
    if (model === undefined) throw new Error('no device');
    this.device = new VirtioDevice(model, this.memory, BALLOON_PROFILES[profile].policy);
    this.driver = new HostileDriver(this.device, this.memory, QUEUES, { isPci });
    if (this.driver.pci !== undefined) {
      this.driver.pci.onLine = (isAsserted): void => void (this.#line = isAsserted);
    }
    this.driver.start(0x3000_003f);
  }

  run(step: Op): void {
    const { driver } = this;
    switch (step.kind) {
      case 'desc':
        driver.describe(step.queue, step.i, step.d);
        break;
      case 'table':
        driver.write(step.at, step.d);
        break;
      case 'avail':
        driver.offer(step.queue, step.heads, step.jump);
        break;
      case 'event':
        this.memory.writeU16(layout(step.queue).availAddr + 4 + 2 * SIZE, step.value);
        break;
      case 'message':
        step.words.forEach((word, i) => this.memory.writeU32(step.at + 4 * i, word));
        break;
      case 'request':
        this.memory.writeU16(step.at, step.type);
        this.memory.writeU64(step.at + 8, BASE + step.block * BLOCK);
        this.memory.writeU16(step.at + 16, step.blocks);
        if (this.mem === undefined) break;
        this.driver.send(
          0,
          [
            [step.at, 24],
            [step.at + 64, 10],
          ],
          1,
        );
        break;
      case 'chain':
        this.driver.send(step.queue, step.buffers, step.readable, step.loops);
        break;
      case 'hint':
        this.#hint(step.addr);
        break;
      case 'notify':
        driver.notify(step.queue);
        break;
      case 'register':
        driver.mmio.write(step.offset, step.width, step.value);
        break;
      case 'read':
        driver.mmio.read(step.offset, step.width);
        break;
      case 'pci':
        this.#pci(step);
        break;
      case 'init':
        driver.start(step.features, step.high);
        break;
      case 'host':
        this.#actAsHost(step.what, step.value);
    }
  }

  check(): void {
    if (this.balloon !== undefined) {
      const gone = this.host.backed.filter((backed) => backed === 0).length;
      expect(gone).toBe(this.balloon.counters.releasedPages);
    }
    if (this.mem !== undefined) {
      expect(this.mem.pluggedBytes).toBe(this.plugged.size * BLOCK);
      expect(this.mem.save().plugged.filter((p) => p === 1)).toHaveLength(this.plugged.size);
      expect(this.mem.usableBytes).toBeLessThanOrEqual(BLOCK * REGION_BLOCKS);
    }
    const broken = Array.from({ length: QUEUES }, (_, i) => this.device.queue(i)?.fault);
    if (broken.some((fault) => fault !== undefined)) expect(this.device.isActive).toBe(false);
    for (const value of [this.device.status, this.device.interruptStatus]) {
      expect(value).toBe(value & 0xff);
    }
    if (this.driver.pci !== undefined) {
      const { isIntxOff } = this.driver.pci.config;
      expect(this.#line).toBe(this.device.interruptStatus !== 0 && !isIntxOff);
    }
  }

  #memHost(): ConstructorParameters<typeof MemDevice>[1] {
    return {
      plug: (start, bytes) => {
        eachBlock(start, bytes, (a) => this.plugged.add(a));
        return true;
      },
      unplug: (start, bytes) => {
        eachBlock(start, bytes, (a) => {
          if (!this.plugged.delete(a)) throw new Error(`unplugged twice: ${a}`);
        });
        return 0;
      },
    };
  }

  #pci({ isConfig, offset, width, value }: Op & { kind: 'pci' }): void {
    const { pci } = this.driver;
    const bus = isConfig ? pci?.config : pci;
    if (value !== undefined) bus?.write(offset, width, value);
    else {
      const read = bus?.read(offset, width) ?? 0;
      expect(read).toBeLessThanOrEqual(2 ** (8 * width));
      expect(read).toBeGreaterThanOrEqual(0);
    }
  }

  /** A range of the current run, with the command before it. */
  #hint(start: number): void {
    const cmdId = this.balloon?.startHinting() ?? 0;
    this.memory.writeU32(0x3f000, cmdId);
    this.driver.send(3, [[0x3f000, 4]], 1);
    this.driver.send(3, [[start, 4096]], 0);
  }

  #actAsHost(what: number, value: number): void {
    this.balloon?.setTarget(value);
    this.mem?.setRequested(value * BLOCK);
    if (what === 0) this.clock.advance(NS_PER_S);
    if (what === 1) this.balloon?.startHinting(value % 2 === 0);
    if (what === 2) this.balloon?.stopHinting();
    if (what === 3) this.balloon?.finishHinting();
    if (what === 4) this.mem?.systemReset();
    if (what === 5) this.balloon?.pollStats();
  }
}

/** The attack must get past the door: real work is done, and each kind of fault is found. */
const REACHED = [
  'inflatedPages',
  'releasedPages',
  'hintedPages',
  'reportedPages',
  'statsRequests',
  'pluggedBlocks',
  'unpluggedBlocks',
  'avail-index-jump',
  'descriptor-index',
  'descriptor-loop',
  'buffer-bounds',
  'readable-after-writable',
  'indirect-and-next',
  'indirect-length',
  'mem-request',
  'queue-disable',
  'notify-other-queue',
  'pci-config-access',
  'pci-window-target',
];

/** The devices, as amounts are told of them. */
const KINDS = ['balloon', 'mem'] as const;

function assault(attack: Attack, ops: readonly Op[], tally: Tally): void {
  for (const step of ops) attack.run(step);
  attack.check();
  for (const [what, count] of attack.device.counters.violations) tally.add(what, count);
  const work = (attack.balloon ?? attack.mem)?.counters ?? {};
  for (const [what, count] of Object.entries(work)) {
    if (typeof count === 'number') tally.add(what, count);
  }
}

export const virtio: Fuzzer = {
  name: 'virtio',
  sentence:
    'Balloon and virtio-mem, over mmio and PCI, survive hostile drivers: no throw, no hang, books balanced.',
  cases: 2000,
  night: 1_000_000,
  create: () => {
    const tally = new Tally(REACHED);
    const tried = new Tally(KINDS);
    const property = fc.property(
      fc.boolean(),
      fc.boolean(),
      fc.constantFrom(...PROFILES),
      fc.constantFrom(4096, 8192),
      fc.array(op, { minLength: 20, maxLength: 80 }),
      (isBalloon, isPci, profile, hostPageBytes, ops) => {
        assault(new Attack(isBalloon, isPci, profile, hostPageBytes), ops, tally);
        tried.add(KINDS[isBalloon ? 0 : 1], ops.length);
      },
    );
    return { property, missing: tally.missing, tried: tried.counts };
  },
};
