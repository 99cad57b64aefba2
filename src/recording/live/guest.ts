// The emulated guest: asked for what the recorded tasks asked for, given back what they gave back, and left to itself in all
// else. Which page its reclaim drops is its own choice; pages that the kernel dropped and it did not are its to drop, and are
// there when a task reads them again.

import {
  type Core,
  expectAnswer,
  NS_PER_S,
  PAGEBLOCK_BYTES,
  STAT_MIGRATED_PAGES,
  STAT_REPORTED_PAGES,
  THP_ORDER,
} from '../../core/index.ts';
import { type GuestKernel, requestPages } from '../../guest/index.ts';
import * as P from '../program/index.ts';
import { FileCache } from './cache.ts';
import { type Figures, freeFigures } from './figures.ts';
import type { LiveMachine } from './machine.ts';
import { CompactionPace, type RecordedRun } from './pace.ts';
import { isRead } from './requests.ts';
import { DROPPED, NOBODY, NOWHERE, ROLE_CACHE, ROLE_KEPT, type Tenants } from './tenants.ts';
import { nsOf } from './wishes.ts';

/** Linux's defaults: dirty_expire_centisecs, dirty_background_ratio of free and cached pages, and what its flusher writes at a time. */
const DIRTY_EXPIRE_NS = 30 * NS_PER_S;
const DIRTY_BACKGROUND_SHARE = 0.1;
const WRITEBACK_PAGES = 1024;

/** What a live run counts beside its series. */
export interface LiveCounts {
  /** Requests of tasks for memory. */
  requests: number;
  /** Requests that the kernel could serve and the emulated guest could not. */
  failed: number;
  /** Requests for pages that the emulated guest still had. */
  hits: number;
  /** Frees of pages that the emulated guest had dropped. */
  skippedFrees: number;
  /** Frees by the kernel's shrinkers that the emulated guest has none for: followed. */
  followedFrees: number;
}

export class LiveGuest {
  readonly counts: LiveCounts = {
    requests: 0,
    failed: 0,
    hits: 0,
    skippedFrees: 0,
    followedFrees: 0,
  };
  /** Pages that were dropped and read again. */
  refaults = 0;
  readonly #machine: LiveMachine;
  readonly #guest: GuestKernel;
  readonly #tenants: Tenants;
  readonly #cache: FileCache;
  /** Pages that the kernel dropped and this guest did not, and the reverse. */
  readonly #kept: number[] = [];
  readonly #missed: number[] = [];
  /** When what is dirty is written at the latest. */
  #expiresNs = 0;
  readonly #migrated: number;
  readonly #reported: number;

  constructor(machine: LiveMachine, tenants: Tenants) {
    this.#machine = machine;
    this.#tenants = tenants;
    const { guest } = machine.vm;
    this.#guest = guest;
    this.#cache = new FileCache(machine.spanFrames, (place) => this.#drop(place));
    guest.memory.addShrinker(this.#cache);
    guest.memory.addMoveListener((from, to) => {
      const tenant = tenants.in(from);
      if (tenant === NOBODY) return;
      tenants.house(tenant, to);
      this.#cache.move(from, to);
    });
    this.#migrated = guest.core.stat(STAT_MIGRATED_PAGES);
    this.#reported = guest.core.stat(STAT_REPORTED_PAGES);
  }

  get core(): Core {
    return this.#guest.core;
  }

  /** The processor is somebody else's for a moment: the background may go on. */
  yield(): void {
    this.#guest.stir();
    this.#guest.runBackground();
  }

  /** A task has a zone compacted, which takes as long as the recorded run. */
  compact(zone: number, cpu: number, run: RecordedRun): void {
    const pace = new CompactionPace([run]);
    this.#guest.compactZone(zone, cpu, (pages, begun) => nsOf(pace.takesUs(pages, begun)));
  }

  /** The task goes on. */
  endCompaction(): void {
    this.#guest.endZone();
  }

  /** Somebody switched huge pages on. */
  startKhugepaged(): void {
    this.#command(P.OP_RAISE, {}, 0, 0);
  }

  /** A command of a recording. What it remembers lies where moves wait, so they are told before. */
  #command(op: number, shape: Partial<P.Shape>, frame: number, operand: number): void {
    this.#guest.memory.deliverMoves();
    const head = P.packShape(op, shape) >>> 0;
    expectAnswer(this.core.program.runOne(head, frame, operand), 'program.runOne');
  }

  /** A task asks for a block: where it is, NOWHERE where there is none. */
  request(gfp: number, order: number, cpu: number): number {
    this.counts.requests += 1;
    const place = requestPages(this.#guest.memory, gfp, order, cpu);
    if (place >= 0) return place;
    this.counts.failed += 1;
    return NOWHERE;
  }

  /** The block that the kernel has at a frame from now on, as a huge page or, where there is none, as single pages. */
  hold(role: number, order: number, home: number, gfp: number, cpu: number): void {
    const place = this.request(gfp, order, cpu);
    if (place === NOWHERE && order === THP_ORDER) {
      for (let at = 0; at < 2 ** order; at += 1) this.hold(role, 0, home + at, gfp, cpu);
      return;
    }
    this.#tenants.add(role, order, home, place);
    if (role !== ROLE_CACHE || place < 0) return;
    this.#cache.add(place);
    if (!isRead(gfp)) this.#wrote(place);
  }

  /**
   * A page is dirty until its file is written, half a minute after the first of its pages, or more are dirty than the kernel
   * likes. Files have no names: what is written while others are dirty is of the same one.
   */
  #wrote(place: number): void {
    const cache = this.#cache;
    const { clock } = this.#machine.vmm;
    if (cache.dirtyPages === 0) {
      this.#expiresNs = clock.nowNs + DIRTY_EXPIRE_NS;
      clock.after(DIRTY_EXPIRE_NS, () => {
        // not for a file before, which was written sooner
        if (clock.nowNs >= this.#expiresNs) cache.clean(cache.dirtyPages);
      });
    }
    cache.soil(place);
    const free = this.core.kernelZones.reduce((sum, zone) => sum + zone.free, 0);
    const most = Math.floor((free + cache.pages) * DIRTY_BACKGROUND_SHARE);
    if (cache.dirtyPages > most) cache.clean(WRITEBACK_PAGES);
  }

  /** A page that the kernel reads again: it is still there, or comes in anew. */
  readAgain(home: number, gfp: number, cpu: number): void {
    const kept = this.#takeKept();
    if (kept === NOBODY) {
      this.refaults += 1;
      this.hold(ROLE_CACHE, 0, home, gfp, cpu);
      return;
    }
    this.counts.hits += 1;
    this.#tenants.become(kept, ROLE_CACHE);
    this.#tenants.settle(kept, home);
  }

  /** A block becomes single pages. */
  split(tenant: number): void {
    const place = this.#tenants.placeOf(tenant);
    const order = this.#tenants.orderOf(tenant);
    if (place >= 0 && order > 0) this.core.frames.split(place, order);
    this.#tenants.split(tenant);
  }

  /**
   * A task gives a block back. `isDirect`: in an interrupt that found the lock of the CPU's lists taken, so past them; when
   * interrupts come is the machine's.
   */
  release(tenant: number, cpu: number, isDirect = false): void {
    const place = this.#tenants.placeOf(tenant);
    const order = this.#tenants.orderOf(tenant);
    this.#tenants.end(tenant);
    if (place === DROPPED) this.counts.skippedFrees += 1;
    if (place < 0) return;
    this.#cache.remove(place);
    if (isDirect) {
      const zone = this.core.frames.zone(place);
      this.#command(P.OP_FREE, { order, zone, cpu }, place, P.FREE_DIRECT);
    } else expectAnswer(this.core.pages.free(place, order, cpu), 'pages.free');
  }

  /** The kernel dropped a page of a file. */
  kernelDropped(tenant: number): void {
    const place = this.#tenants.placeOf(tenant);
    if (place < 0) {
      this.#tenants.end(tenant);
      return;
    }
    this.#tenants.leave(tenant);
    this.#tenants.become(tenant, ROLE_KEPT);
    this.#kept.push(tenant);
    this.#even();
  }

  #drop(place: number): void {
    const tenant = this.#tenants.in(place);
    expectAnswer(this.core.pages.free(place, 0, 0), 'pages.free');
    if (this.#tenants.roleOf(tenant) === ROLE_KEPT) {
      this.#tenants.end(tenant);
      return;
    }
    this.#tenants.house(tenant, DROPPED);
    this.#missed.push(tenant);
    this.#even();
  }

  /** Which pages are dropped is chance: where both sides have dropped as many, the same ones are there. */
  #even(): void {
    for (;;) {
      const missed = this.#takeMissed();
      if (missed === NOBODY) return;
      const kept = this.#takeKept();
      if (kept === NOBODY) {
        this.#missed.push(missed);
        return;
      }
      const place = this.#tenants.placeOf(kept);
      this.#tenants.end(kept);
      this.#tenants.house(missed, place);
    }
  }

  /** The last that is still one; others have found an end meanwhile. */
  #takeKept(): number {
    for (let kept = this.#kept.pop(); kept !== undefined; kept = this.#kept.pop()) {
      if (this.#tenants.roleOf(kept) === ROLE_KEPT) return kept;
    }
    return NOBODY;
  }

  #takeMissed(): number {
    for (let missed = this.#missed.pop(); missed !== undefined; missed = this.#missed.pop()) {
      if (this.#tenants.placeOf(missed) === DROPPED) return missed;
    }
    return NOBODY;
  }

  figures(): Figures {
    const { balloon, mem } = this.#machine;
    return {
      ...freeFigures(this.core),
      'page cache': this.#cache.pages,
      balloon: balloon?.actualPages ?? 0,
      'plugged 2 MiB blocks': (mem?.pluggedBytes ?? 0) / PAGEBLOCK_BYTES,
      reported: this.core.stat(STAT_REPORTED_PAGES) - this.#reported,
      migrated: this.core.stat(STAT_MIGRATED_PAGES) - this.#migrated,
      refaults: this.refaults,
    };
  }
}
