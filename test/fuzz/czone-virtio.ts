/**
 * A driver that means harm, against the czone-virtio device: nearly valid requests and reports, broken
 * rings, registers and resets in between.
 */

import fc from 'fast-check';
import { expect } from 'vitest';

import { NS_PER_S } from '../../src/abi/unit.ts';
import { Clock } from '../../src/time/index.ts';
import {
  CZONE_PROFILES,
  CZoneDevice,
  VirtioDevice,
  type CZoneProfileName,
} from '../../src/virtio/index.ts';
import { encodeReport } from '../../src/virtio/czone/report.ts';
import { encodeRequest } from '../../src/virtio/czone/request.ts';
import { encodeStats, type CZoneZoneStats } from '../../src/virtio/czone/stats.ts';
import { FlatGuestMemory } from '../support/virtio.ts';
import { BLOCK_BYTES, BLOCK_FRAMES, START_PFN, TestCZoneHost } from '../support/virtio-czone.ts';
import { type Fuzzer, Tally } from './fuzzer.ts';
import { HostileDriver, SIZE } from './hostile.ts';

const MEMORY_BYTES = 1 << 17;
const QUEUES = 4;
const BLOCKS = 16;
const USABLE = 12;
const MESSAGE = 0x10000;
const ROOM = 0x18000;

/** Mostly numbers that make sense, sometimes others. */
const mostly = (max: number): fc.Arbitrary<number> =>
  fc.oneof(
    { weight: 12, arbitrary: fc.nat({ max }) },
    { weight: 1, arbitrary: fc.constantFrom(0, 0xffff, 0xffff_ffff, 0x8000_0000) },
  );

interface Piece {
  addr: number;
  length: number;
  flags: number;
  next: number;
}

type Op =
  | { kind: 'request'; type: number; flags: number; zone: number; block: number; blocks: number }
  | {
      kind: 'report';
      id: number;
      zone: number;
      flags: number;
      ranges: [number, number][];
      lie: number;
    }
  | { kind: 'stats'; id: number; zones: number[]; cut: number }
  | { kind: 'events'; count: number; length: number }
  | { kind: 'ring'; queue: number; pieces: Piece[]; heads: number[]; jump: number }
  | { kind: 'noise'; at: number; words: number[] }
  | { kind: 'register'; offset: number; width: number; value: number }
  | { kind: 'init'; features: number }
  | { kind: 'host'; what: number; zone: number; value: number };

const request = fc.record({
  kind: fc.constant('request' as const),
  type: fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom(1, 1, 2, 3, 3, 3, 4, 5, 5, 6, 7) },
    mostly(9),
  ),
  flags: fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom(0, 0, 0, 0, 1, 2) },
    fc.nat({ max: 0xffff }),
  ),
  zone: mostly(4),
  block: mostly(USABLE),
  blocks: mostly(4),
});
const report = fc.record({
  kind: fc.constant('report' as const),
  // 0: nobody asked, 1: what is outstanding, 2: anything.
  id: fc.constantFrom(0, 1, 1, 1, 2),
  zone: mostly(4),
  flags: fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom(0, 0, 0, 1, 3) },
    fc.nat({ max: 0xffff }),
  ),
  ranges: fc.array(
    fc.tuple(
      fc.tuple(fc.nat({ max: 5 * 128 }), mostly(0)).map(([quad, odd]) => 4 * quad + odd),
      fc.oneof({ weight: 8, arbitrary: fc.constantFrom(4, 8, 16) }, mostly(64)),
    ),
    { maxLength: 4 },
  ),
  // Added to the number of ranges.
  lie: fc.oneof({ weight: 10, arbitrary: fc.constant(0) }, fc.constantFrom(1, 60, 200, 0xffff)),
});
const stats = fc.record({
  kind: fc.constant('stats' as const),
  id: fc.constantFrom(1, 1, 2),
  zones: fc.array(mostly(4), { maxLength: 3 }),
  cut: fc.constantFrom(0, 0, 0, 1, 60),
});
const events = fc.record({
  kind: fc.constant('events' as const),
  count: fc.integer({ min: 1, max: 3 }),
  length: fc.oneof({ weight: 20, arbitrary: fc.constant(32) }, fc.nat({ max: 40 })),
});
const ring = fc.record({
  kind: fc.constant('ring' as const),
  queue: fc.nat({ max: QUEUES - 1 }),
  pieces: fc.array(
    fc.record({
      addr: fc.oneof(
        { weight: 5, arbitrary: fc.constantFrom(MESSAGE, ROOM, 0x1000, MEMORY_BYTES - 8, 2 ** 53) },
        { weight: 1, arbitrary: fc.nat() },
      ),
      length: fc.oneof(
        { weight: 5, arbitrary: fc.constantFrom(0, 1, 16, 24, 32) },
        { weight: 1, arbitrary: fc.nat({ max: 0xffff_ffff }) },
      ),
      flags: fc.oneof(
        { weight: 5, arbitrary: fc.constantFrom(0, 1, 1, 3) },
        { weight: 1, arbitrary: fc.nat({ max: 7 }) },
      ),
      next: fc.nat({ max: SIZE }),
    }),
    { minLength: 1, maxLength: SIZE },
  ),
  heads: fc.array(fc.nat({ max: SIZE }), { minLength: 1, maxLength: 2 }),
  jump: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.nat({ max: 0xffff })),
});
const noise = fc.record({
  kind: fc.constant('noise' as const),
  at: fc.constantFrom(MESSAGE, MESSAGE + 8),
  words: fc.array(fc.nat({ max: 0xffff_ffff }), { minLength: 1, maxLength: 8 }),
});
const register = fc.record({
  kind: fc.constant('register' as const),
  offset: fc.nat({ max: 0x160 }),
  width: fc.constantFrom(1, 2, 4, 8),
  value: fc.nat({ max: 0xffff_ffff }),
});
const init = fc.record({
  kind: fc.constant('init' as const),
  features: fc.oneof(fc.constant(0xff), fc.nat({ max: 0xff })),
});
const host = fc.record({
  kind: fc.constant('host' as const),
  what: fc.nat({ max: 10 }),
  zone: fc.nat({ max: 4 }),
  value: fc.nat({ max: USABLE + 1 }),
});

const op: fc.Arbitrary<Op> = fc.oneof(
  { weight: 30, arbitrary: request },
  { weight: 20, arbitrary: report },
  { weight: 3, arbitrary: stats },
  { weight: 4, arbitrary: events },
  { weight: 2, arbitrary: ring },
  { weight: 1, arbitrary: noise },
  { weight: 1, arbitrary: register },
  { weight: 2, arbitrary: init },
  { weight: 14, arbitrary: host },
);

class Attack {
  readonly memory = new FlatGuestMemory(MEMORY_BYTES);
  readonly clock = new Clock();
  readonly host = new TestCZoneHost(BLOCKS);
  readonly czone: CZoneDevice;
  readonly device: VirtioDevice;
  readonly driver: HostileDriver;
  touched = 0;
  /** The zone that a report on its way names: nothing else may be released then. */
  #reporting: number | undefined;

  constructor(profile: CZoneProfileName, granuleBytes: number) {
    this.czone = new CZoneDevice(CZONE_PROFILES[profile], this.host, {
      addr: START_PFN * 4096,
      regionBytes: BLOCKS * BLOCK_BYTES,
      usableBytes: USABLE * BLOCK_BYTES,
      granuleBytes,
      timers: this.clock,
      idle: { delayNs: NS_PER_S, targetBytes: 0 },
    });
    const release = this.host.release.bind(this.host);
    this.host.release = (pfn, frames): number => {
      this.#expectOwned(pfn, frames, granuleBytes / 4096);
      return release(pfn, frames);
    };
    this.device = new VirtioDevice(this.czone, this.memory);
    this.driver = new HostileDriver(this.device, this.memory, QUEUES);
    this.#init(0xff);
  }

  run(step: Op): void {
    if (!this.device.isActive) this.#init(0xff);
    switch (step.kind) {
      case 'request':
        this.#message(0, encodeRequest({ ...step, value: step.flags * BLOCK_BYTES }));
        break;
      case 'report':
        this.#report(step);
        break;
      case 'stats':
        this.#stats(step);
        break;
      case 'events':
        for (let i = 0; i < step.count; i++) {
          this.#send(1, [{ addr: ROOM, length: step.length, flags: 2, next: 0 }], [0]);
        }
        break;
      case 'ring':
        this.#send(step.queue, step.pieces, step.heads, step.jump);
        break;
      case 'noise':
        step.words.forEach((word, i) => this.memory.writeU32(step.at + 4 * i, word));
        break;
      case 'register':
        this.driver.mmio.write(step.offset, step.width, step.value);
        this.driver.mmio.read(step.offset, step.width);
        break;
      case 'init':
        this.#init(step.features);
        break;
      case 'host':
        this.#actAsHost(step.what, step.zone, step.value);
    }
  }

  check(): void {
    const { counters } = this.czone;
    const plugged = this.host.plugged.reduce((sum, bit) => sum + bit, 0);
    expect(this.czone.pluggedBytes).toBe(plugged * 4096);
    const perZone = new Map<number, number>();
    for (let block = 0; block < BLOCKS; block++) {
      const owner = this.czone.blockOwner(block);
      expect(this.host.plugged[block * BLOCK_FRAMES]).toBe(owner < 0 ? 0 : 1);
      perZone.set(owner, (perZone.get(owner) ?? 0) + 1);
      if (owner > 0) expect(this.czone.zones.some((zone) => zone.zone === owner)).toBe(true);
      if (owner >= 0) expect(block).toBeLessThan(USABLE);
    }
    for (const zone of this.czone.zones) {
      expect(zone.blocks).toBe(perZone.get(zone.zone) ?? 0);
      expect(zone.blocks).toBeLessThanOrEqual(zone.limitBlocks);
    }
    const gone = this.touched - this.host.backedPages;
    expect(counters.releasedPages + counters.unpluggedPages).toBe(gone);
  }

  #expectOwned(pfn: number, frames: number, granuleFrames: number): void {
    if (this.#reporting === undefined) return;
    expect(frames % granuleFrames).toBe(0);
    for (let at = pfn; at < pfn + frames; at++) {
      const block = Math.floor((at - START_PFN) / BLOCK_FRAMES);
      expect(this.czone.blockOwner(block)).toBe(this.#reporting);
    }
  }

  #report(step: Extract<Op, { kind: 'report' }>): void {
    if (step.id === 1) this.czone.reclaim(step.zone);
    const id = [0, this.czone.outstanding(step.zone) ?? 7, 9][step.id] ?? 0;
    const ranges = step.ranges
      .toSorted((a, b) => (step.lie === 0 ? a[0] - b[0] : 0))
      .map(([first, count]) => ({ first, count }));
    const { zone, flags } = step;
    const bytes = encodeReport({ requestId: id, zone, flags, ranges });
    const counted = (ranges.length + step.lie) & 0xffff;
    bytes.set([counted & 0xff, counted >> 8], 12);
    this.#reporting = zone;
    this.#message(2, bytes);
    this.#reporting = undefined;
  }

  #stats(step: Extract<Op, { kind: 'stats' }>): void {
    this.czone.requestStats();
    const zones = step.zones.map((zone) => ({ zone, isIdle: false }) as CZoneZoneStats);
    const numbers = { pluggedBytes: 1, freeBytes: 1, backedFreeBytes: 1, limitHits: 1 };
    const more = { grownBlocks: 1, reusedPages: 1, migratedPages: 1 };
    const full = zones.map((zone) => ({ ...zone, ...numbers, ...more }));
    const bytes = encodeStats({ requestId: step.id, flags: 0, zones: full });
    this.memory.write(MESSAGE, bytes);
    const length = Math.max(0, bytes.length - step.cut);
    this.#send(3, [{ addr: MESSAGE, length, flags: 0, next: 0 }], [0]);
  }

  /** A well-formed chain with room for the answer. */
  #message(queue: number, bytes: Uint8Array): void {
    this.memory.write(MESSAGE, bytes);
    const pieces = [
      { addr: MESSAGE, length: bytes.length, flags: 1, next: 1 },
      { addr: ROOM, length: 16, flags: 2, next: 0 },
    ];
    this.#send(queue, pieces, [0]);
  }

  #send(queue: number, pieces: readonly Piece[], heads: readonly number[], jump = 0): void {
    const { driver } = this;
    pieces.forEach(({ addr, length, flags, next }, i) => {
      driver.describe(queue, i, [addr, length, flags, next]);
    });
    driver.offer(queue, heads, jump);
    driver.notify(queue);
  }

  #init(features: number): void {
    this.driver.start(features);
    this.#settle();
  }

  /** Three zones with blocks of their own, so that there is something to attack. */
  #settle(): void {
    const ask = (type: number, zone: number, block: number): void =>
      this.#message(0, encodeRequest({ type, flags: 0, zone, block, blocks: 1, value: 0 }));
    for (let zone = 1; zone <= 3; zone++) {
      ask(1, zone, 0);
      ask(3, zone, zone - 1);
      ask(5, zone, zone - 1);
    }
    for (let i = 0; i < 3; i++) {
      this.#send(1, [{ addr: ROOM, length: 32, flags: 2, next: 0 }], [0]);
    }
  }

  #actAsHost(what: number, zone: number, value: number): void {
    const { czone, host: memory } = this;
    memory.refusesPlug = what === 8 && value > 5;
    memory.refusesUnplug = what === 9 && value > 5;
    memory.releasesLeft = what === 10 && value > 2 ? 1 : Infinity;
    if (what < 3) czone.reclaim(zone, value * 4096);
    if (what === 3) czone.cancel(zone);
    if (what === 4) this.clock.advance(value * NS_PER_S);
    if (what === 5) czone.setIdle(zone, value % 2 === 0);
    if (what === 6 && value > 6) czone.setRequested(value * BLOCK_BYTES);
    if (what === 7 && value === 0) czone.systemReset();
    if (what === 8) czone.setPaused(value % 2 === 0);
    if (what === 9) czone.shrink(zone, value * BLOCK_BYTES);
    if (what > 2) return;
    for (let at = 0; at < memory.plugged.length; at++) {
      if (memory.plugged[at] === 0 || memory.backed[at] === 1) continue;
      memory.backed[at] = 1;
      this.touched++;
    }
  }
}

/** The attack must get past the door: real work is done, and each kind of error is answered. */
const REACHED = [
  'releasedPages',
  'unpluggedPages',
  'pluggedBlocks',
  'zonesDestroyed',
  'eventsSent',
  'cancelledRequests',
  'timedOutRequests',
  'statsMessages',
  'answer-1',
  'answer-2',
  'answer-3',
  'answer-4',
  'czone-event-buffer',
  'czone-no-room',
  'czone-stats-length',
  'czone-stats-zone',
  'descriptor-loop',
  'avail-index-jump',
  ...['type', 'flags', 'zone', 'zone-exists', 'count', 'range', 'owner', 'state'].map(
    (why) => `czone-request-${why}`,
  ),
  ...['type', 'length', 'flags', 'zone', 'count', 'range', 'order', 'owner'].map(
    (why) => `czone-report-${why}`,
  ),
];

function assault(attack: Attack, ops: readonly Op[], tally: Tally): void {
  for (const step of ops) {
    attack.run(step);
    if (step.kind === 'init') attack.check();
  }
  attack.check();
  const { counters } = attack.czone;
  for (const [what, count] of attack.device.counters.violations) tally.add(what, count);
  for (const [what, count] of Object.entries(counters)) {
    if (typeof count === 'number') tally.add(what, count);
  }
  counters.answers.forEach((count, status) => tally.add(`answer-${status}`, count));
}

const OPERATIONS = 'operations';

export const czoneVirtio: Fuzzer = {
  name: 'czone-virtio',
  sentence: 'czone-virtio survives hostile drivers, and only a zone’s own memory goes.',
  cases: 200,
  night: 1_000_000,
  create: () => {
    const tally = new Tally(REACHED);
    const tried = new Tally([OPERATIONS]);
    const property = fc.property(
      fc.constantFrom<CZoneProfileName>('adaptive', 'static', 'guest-driven'),
      fc.constantFrom(4096, 4096, 16384),
      fc.array(op, { minLength: 30, maxLength: 100 }),
      (profile, granuleBytes, ops) => {
        assault(new Attack(profile, granuleBytes), ops, tally);
        tried.add(OPERATIONS, ops.length);
      },
    );
    return { property, missing: tally.missing, tried: tried.counts };
  },
};
