// A guest that means harm to HyperAlloc: a driver with random rings and messages, and tables in which anything may stand. The host
// reads them, takes, returns and installs all the same: nothing is thrown, nothing hangs, and its books are those of the memory.

import fc from 'fast-check';
import { expect } from 'vitest';

import { STAT_RELEASED_PAGES } from '../../src/abi/stat.ts';
import { NS_PER_S } from '../../src/abi/unit.ts';
import type { Core } from '../../src/core/index.ts';
import { wordsOf } from '../../src/core/raw.ts';
import { Clock } from '../../src/time/index.ts';
import { LlfreeDevice, POLICY_SPEC, VirtioDevice } from '../../src/virtio/index.ts';
import { SHARED_ZONES } from '../../src/vmm/index.ts';
import { llfreeGuest, tablesOf } from '../support/llfree-guest.ts';
import { FlatGuestMemory } from '../support/virtio.ts';
import { type Fuzzer, Tally } from './fuzzer.ts';
import { HostileDriver } from './hostile.ts';

const MIB = 48;
const CPUS = 2;
const QUEUES = 1 + CPUS;
const MEMORY_BYTES = 1 << 16;
const MESSAGE = 0x8000;
/** Bytes before the tables: headers, which are the host's own. */
const HEADERS_BYTES = 64 + 4 * 128;

type Op =
  | { kind: 'spoil'; at: number; word: number; count: number }
  | { kind: 'install'; queue: number; node: number; zone: number; pfn: number }
  | { kind: 'zone'; node: number; zone: number; start: number; frames: number }
  | { kind: 'ring'; queue: number; heads: number[]; jump: number; length: number; flags: number }
  | { kind: 'init' }
  | { kind: 'taken'; huge: number }
  | { kind: 'scan' }
  | { kind: 'wait'; seconds: number };

const word = fc.oneof(
  fc.constantFrom(0, 0x0200_0200, 0x4200_4200, 0xc000_c000, 0xffff_ffff, 0x0200_0000),
  fc.nat({ max: 0xffff_ffff }),
);
const huge = fc.nat({ max: MIB / 2 }).map((at) => at * 512);
const pfn = fc.oneof(huge, fc.nat({ max: 0xffff_ffff }), fc.constantFrom(2 ** 52, 2 ** 63));
const queue = fc.nat({ max: QUEUES - 1 });
const weighted = (weight: number, arbitrary: fc.Arbitrary<Op>) => ({ weight, arbitrary });
const kind = <Kind extends string>(name: Kind) => fc.constant(name);

const op: fc.Arbitrary<Op> = fc.oneof(
  weighted(
    6,
    fc.record({
      kind: kind('spoil'),
      at: fc.nat({ max: 2000 }),
      word,
      count: fc.integer({ min: 1, max: 40 }),
    }),
  ),
  weighted(
    8,
    fc.record({
      kind: kind('install'),
      queue: fc.oneof(fc.constant(1), fc.constant(2), queue),
      node: fc.constantFrom(0, 0, 0, 0, 1),
      zone: fc.constantFrom(1, 1, 1, 1, 0, 2, 99),
      pfn,
    }),
  ),
  weighted(
    1,
    fc.record({
      kind: kind('zone'),
      node: fc.nat({ max: 1 }),
      zone: fc.nat({ max: 5 }),
      start: pfn,
      frames: pfn,
    }),
  ),
  weighted(
    1,
    fc.record({
      kind: kind('ring'),
      queue,
      heads: fc.array(fc.nat({ max: 9 }), { maxLength: 3 }),
      jump: fc.oneof(fc.constant(0), fc.nat({ max: 0xffff })),
      length: fc.constantFrom(0, 8, 16, 24, 0xffff_ffff),
      flags: fc.nat({ max: 7 }),
    }),
  ),
  weighted(1, fc.record({ kind: kind('init') })),
  weighted(4, fc.record({ kind: kind('taken'), huge: fc.nat({ max: 40 }) })),
  weighted(4, fc.record({ kind: kind('scan') })),
  weighted(2, fc.record({ kind: kind('wait'), seconds: fc.nat({ max: 11 }) })),
);

class Attack {
  readonly memory = new FlatGuestMemory(MEMORY_BYTES);
  readonly clock = new Clock();
  readonly core: Core;
  readonly model: LlfreeDevice;
  readonly device: VirtioDevice;
  readonly driver: HostileDriver;

  constructor() {
    const { core, monitor } = llfreeGuest(MIB, CPUS);
    core.backing.touch(256, MIB * 256 - 256, true);
    this.core = core;
    const options = { cpus: CPUS, timers: this.clock, zones: SHARED_ZONES };
    this.model = new LlfreeDevice(
      {
        frames: core.spanFrames,
        reclaim: (zone, isHard) => monitor.reclaim(zone, isHard),
        giveBack: (first) => monitor.giveBack(first) >= 0,
        install: (first) => monitor.install(first) >= 0,
        discard: (first, frames) => core.backing.release(first, frames),
      },
      options,
    );
    this.device = new VirtioDevice(this.model, this.memory, POLICY_SPEC);
    this.driver = new HostileDriver(this.device, this.memory, QUEUES);
    this.#init();
  }

  #init(): void {
    this.driver.start(0);
    this.#tell(0, 1, 4096, MIB * 256 - 4096);
  }

  run(step: Op): void {
    switch (step.kind) {
      case 'spoil': {
        const words = wordsOf(this.core);
        const tables = tablesOf(this.core);
        const first = (tables + HEADERS_BYTES) >>> 2;
        const end = (words[(tables + 8) >>> 2] as number) >>> 2;
        const at = first + (step.at % (end - first));
        words.fill(step.word, at, Math.min(end, at + step.count));
        break;
      }
      case 'install':
        this.#install(step.queue, step.node, step.zone, step.pfn);
        break;
      case 'zone':
        this.#tell(step.node, step.zone, step.start, step.frames);
        break;
      case 'ring':
        this.driver.describe(step.queue, 0, [MESSAGE, step.length, step.flags, 0]);
        this.driver.offer(step.queue, step.heads, step.jump);
        this.driver.notify(step.queue);
        break;
      case 'init':
        this.#init();
        break;
      case 'taken':
        this.model.setTaken(step.huge);
        break;
      case 'scan':
        this.model.scan();
        break;
      case 'wait':
        this.clock.advance(step.seconds * NS_PER_S);
    }
  }

  check(): void {
    const { core, model } = this;
    expect(core.backing.count(0, core.spanFrames)).toBe(core.backedFrames);
    expect(model.counters.releasedPages).toBe(core.stat(STAT_RELEASED_PAGES));
    expect(model.takenFrames).toBeLessThanOrEqual(core.spanFrames);
    expect(model.takenFrames).toBeGreaterThanOrEqual(0);
  }

  #send(index: number, bytes: number): void {
    this.driver.describe(index, 0, [MESSAGE, bytes, 0, 0]);
    this.driver.offer(index, [0]);
    this.driver.notify(index);
  }

  #install(index: number, node: number, zone: number, first: number): void {
    this.memory.writeU32(MESSAGE, node);
    this.memory.writeU32(MESSAGE + 4, zone);
    this.memory.writeU64(MESSAGE + 8, first);
    this.#send(index, 16);
  }

  #tell(node: number, zone: number, start: number, frames: number): void {
    this.memory.writeU32(MESSAGE, node);
    this.memory.writeU32(MESSAGE + 4, zone);
    this.memory.writeU64(MESSAGE + 8, start);
    this.memory.writeU64(MESSAGE + 16, frames);
    this.#send(0, 24);
  }
}

/** The attack must get past the door: real work is done, and lies are found. */
const REACHED = [
  'takenHuge',
  'returnedHuge',
  'installedHuge',
  'releasedHuge',
  'needless',
  'llfree-zone',
  'llfree-install',
  'llfree-return',
  'llfree-message',
];

const OPERATIONS = 'operations';

export const hyperalloc: Fuzzer = {
  name: 'hyperalloc',
  sentence:
    'HyperAlloc’s host survives hostile drivers and tables: no throw, no hang, books balanced.',
  cases: 60,
  night: 1_000_000,
  create: () => {
    const tally = new Tally(REACHED);
    const tried = new Tally([OPERATIONS]);
    const property = fc.property(fc.array(op, { minLength: 20, maxLength: 60 }), (ops) => {
      const attack = new Attack();
      for (const step of ops) {
        attack.run(step);
        attack.check();
      }
      tried.add(OPERATIONS, ops.length);
      for (const [what, count] of attack.device.counters.violations) tally.add(what, count);
      for (const [what, count] of Object.entries(attack.model.counters)) tally.add(what, count);
    });
    return { property, missing: tally.missing, tried: tried.counts };
  },
};
