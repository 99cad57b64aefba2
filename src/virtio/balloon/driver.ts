/**
 * The guest's half of virtio-balloon as Linux 6.12 behaves (docs/linux-memory.md C): the resize work, the OOM
 * notifier, statistics, page migration. Hinting and reporting are in `driver-free.ts`. Takes pages only
 * through `BalloonGuest`, and time only through `Timers`.
 */

import type { Shrinker } from '../../guest/index.ts';
import { NS_PER_MS, type PAGEBLOCK_FRAMES } from '../../abi/unit.ts';
import type { Timers } from '../../time/index.ts';
import { DEVICE_ID_BALLOON, F_EVENT_IDX } from '../constants.ts';
import type { DriverTransport, InterruptHandler, ProbeFailure } from '../transport.ts';
import {
  CONFIG_ACTUAL,
  CONFIG_NUM_PAGES,
  CONFIG_POISON_VAL,
  F_DEFLATE_ON_OOM,
  F_FREE_PAGE_HINT,
  F_MUST_TELL_HOST,
  F_PAGE_POISON,
  F_REPORTING,
  F_STATS_VQ,
  PFN_BYTES,
} from './config.ts';
import { HintDriver, ReportDriver, type HintDriverState } from './driver-free.ts';
import { BalloonQueues, type QueuesState } from './driver-queues.ts';
import type { BalloonGuest } from './guest.ts';
import { PageList } from './page-list.ts';
import { encodeStats, STAT_BYTES, STAT_ORDER } from './stats.ts';

/** Pages per message, and per call of the OOM notifier. */
export const BALLOON_ARRAY_PAGES = 256;
/** Pause after an allocation failed. */
export const BALLOON_RETRY_NS: number = 200 * NS_PER_MS;
const REPORT_BATCH = 32;
const PAGE_POISON = 0xaaaa_aaaa;

const WANTED =
  F_MUST_TELL_HOST |
  F_STATS_VQ |
  F_DEFLATE_ON_OOM |
  F_FREE_PAGE_HINT |
  F_PAGE_POISON |
  F_REPORTING |
  F_EVENT_IDX;

export interface BalloonDriverCounters {
  inflatedPages: number;
  deflatedPages: number;
  messages: number;
  /** Times an allocation failed while inflating. */
  allocFailures: number;
  oomCalls: number;
  migratedPages: number;
}

export interface BalloonDriverOptions {
  readonly kernel?: '6.1' | '6.12';
  /**
   * 4 KiB pages a frame number in an array stands for. A pageblock: the 2 MiB balloon that HyperAlloc's authors measured
   * with a patched kernel and VMM; no feature bit says so, both ends must be made alike.
   */
  readonly blockPages?: 1 | typeof PAGEBLOCK_FRAMES;
}

/** Plain data; only to be had while the driver waits for nothing. */
export interface BalloonDriverState {
  readonly features: bigint;
  readonly pages: Uint32Array;
  readonly arrayAddr: number;
  readonly statsAddr: number;
  readonly queues: QueuesState;
  readonly hint: HintDriverState | undefined;
}

export class BalloonDriver {
  readonly counters: BalloonDriverCounters = {
    inflatedPages: 0,
    deflatedPages: 0,
    messages: 0,
    allocFailures: 0,
    oomCalls: 0,
    migratedPages: 0,
  };
  readonly #transport: DriverTransport;
  readonly #guest: BalloonGuest;
  readonly #timers: Timers;
  readonly #statOrder: readonly number[];
  readonly #blockPages: number;
  readonly #queues: BalloonQueues;
  readonly #pages = new PageList();
  readonly #isolated = new Set<number>();
  readonly #array = new Uint32Array(BALLOON_ARRAY_PAGES);
  readonly #wire = new Uint8Array(BALLOON_ARRAY_PAGES * PFN_BYTES);
  readonly #wireView: DataView = new DataView(this.#wire.buffer);
  #hint: HintDriver | undefined;
  #report: ReportDriver | undefined;
  #arrayAddr = 0;
  #statsAddr = 0;
  #adjustManaged = true;
  /** Frame numbers in the balloon, those isolated for migration included. */
  #pageCount = 0;
  /** A message is with the device, so the array and the list may not be touched. */
  #isLocked = false;
  /** A filled batch that waits for the lock. */
  #onUnlock: (() => void) | undefined;
  #isWorking = false;
  #isResizing = false;
  #resizePending = false;
  #isStarved = false;
  #statsPending = false;
  #usedPending = false;

  constructor(
    transport: DriverTransport,
    guest: BalloonGuest,
    timers: Timers,
    options: BalloonDriverOptions = {},
  ) {
    this.#transport = transport;
    this.#queues = new BalloonQueues(transport);
    this.#guest = guest;
    this.#timers = timers;
    this.#statOrder = STAT_ORDER[options.kernel ?? '6.12'];
    this.#blockPages = options.blockPages ?? 1;
  }

  /** 4 KiB pages in the balloon. */
  get pageCount(): number {
    return this.#pageCount * this.#blockPages;
  }

  /** Is the driver between a failed allocation and its next try, or waiting for the device? */
  get isResizing(): boolean {
    return this.#isResizing;
  }

  get canReport(): boolean {
    return this.#report !== undefined;
  }

  /** Finds the device and starts to work towards its target. */
  probe(): ProbeFailure | undefined {
    const failure =
      this.#transport.probe(DEVICE_ID_BALLOON) ??
      this.#transport.negotiate(WANTED, (features) => this.#validate(features)) ??
      this.#setUp();
    if (failure !== undefined) {
      this.#transport.fail();
      return failure;
    }
    this.#transport.start(this.#handler());
    if (this.#transport.readConfig32(CONFIG_NUM_PAGES) !== 0) this.#noteConfig();
    this.#work();
    return undefined;
  }

  /**
   * The kernel is out of memory and asks its notifiers before it kills. Returns how many pages came
   * back; 0 without DEFLATE_ON_OOM.
   */
  oomNotify(): number {
    if (!this.#transport.has(F_DEFLATE_ON_OOM) || this.#isLocked) return 0;
    this.counters.oomCalls++;
    let freed = 0;
    this.#leak(BALLOON_ARRAY_PAGES, (count) => {
      freed = count * this.#blockPages;
      this.#writeActual();
    });
    return freed;
  }

  /** Takes a balloon page off the list, so that it can be migrated. */
  isolatePage(pfn: number): boolean {
    if (!this.#pages.remove(pfn)) return false;
    this.#isolated.add(pfn);
    return true;
  }

  putBackPage(pfn: number): void {
    if (!this.#isolated.delete(pfn)) return;
    this.#pages.push(pfn);
    this.#pageReturned();
  }

  /** Replaces an isolated page. 'again' when the balloon is busy; 'waiting' until the device answers. */
  migratePage(oldPfn: number, newPfn: number): 'done' | 'again' | 'waiting' {
    if (this.#isLocked || !this.#isolated.has(oldPfn)) return 'again';
    this.#isLocked = true;
    this.#isolated.delete(oldPfn);
    this.#pages.push(newPfn);
    let isDone = false;
    this.#tellPage('inflate', newPfn, () => {
      this.#tellPage('deflate', oldPfn, () => {
        this.#unlock();
        isDone = true;
        this.counters.migratedPages++;
        this.#guest.pageMigrated(oldPfn, newPfn, this.#adjustManaged);
        this.#pageReturned();
      });
    });
    return isDone ? 'done' : 'waiting';
  }

  /**
   * Reports free blocks, at most 32, and calls `done` when the host has taken them. False when nothing
   * could be sent; `done` is then not called.
   */
  reportBlocks(
    pfns: ArrayLike<number>,
    orders: ArrayLike<number>,
    count: number,
    done: () => void,
  ): boolean {
    const buffers = this.#report?.buffers(pfns, orders, count);
    if (buffers === undefined || this.#queues.isWaitingFor('reporting')) return false;
    return this.#queues.send('reporting', buffers, 0, done);
  }

  /** Hinted blocks: the kernel can have them back before the device says so. */
  get hinted(): Shrinker | undefined {
    return this.#hint;
  }

  /** Undefined while anything but statistics is with the device or a page is being migrated. */
  save(): BalloonDriverState | undefined {
    if (this.#isLocked || this.#isResizing || this.#isolated.size > 0 || this.#queues.isWaiting) {
      return undefined;
    }
    const hint = this.#hint?.save();
    if (this.#hint !== undefined && hint === undefined) return undefined;
    return {
      features: this.#transport.features,
      pages: this.#pages.toArray(),
      arrayAddr: this.#arrayAddr,
      statsAddr: this.#statsAddr,
      queues: this.#queues.save(),
      hint,
    };
  }

  /** Instead of `probe`: goes on where another driver of a copied guest was. */
  load(state: BalloonDriverState): void {
    this.#transport.resume(state.features, this.#handler());
    this.#pages.load(state.pages);
    this.#pageCount = state.pages.length;
    this.#arrayAddr = state.arrayAddr;
    this.#statsAddr = state.statsAddr;
    this.#adjustManaged = (state.features & F_DEFLATE_ON_OOM) === 0n;
    this.#queues.load(state.queues);
    const hinting = this.#queues.place('hinting');
    if (hinting !== undefined && state.hint !== undefined) {
      this.#hint = new HintDriver(this.#transport, this.#guest, hinting, state.hint.addr);
      this.#hint.load(state.hint);
    }
    if (this.#queues.place('reporting') !== undefined)
      this.#report = new ReportDriver(REPORT_BATCH);
  }

  #handler(): InterruptHandler {
    return {
      configChanged: () => this.#noteConfig(),
      queueUsed: () => this.#noteUsed(),
      work: () => this.#work(),
    };
  }

  #validate(features: bigint): bigint {
    let kept = features;
    if (this.#guest.poison === 'none') kept &= ~F_PAGE_POISON;
    else if ((features & F_PAGE_POISON) === 0n) kept &= ~F_REPORTING;
    return kept;
  }

  #setUp(): ProbeFailure | undefined {
    const failure = this.#queues.setUp();
    if (failure !== undefined) return failure;
    this.#adjustManaged = !this.#transport.has(F_DEFLATE_ON_OOM);
    this.#guest.setAdjustManaged?.(this.#adjustManaged);
    const { memory } = this.#transport;
    const arrayAddr = memory.alloc(BALLOON_ARRAY_PAGES * PFN_BYTES, 8);
    const statsAddr = memory.alloc(this.#statOrder.length * STAT_BYTES, 8);
    if (arrayAddr === undefined || statsAddr === undefined) return 'no-memory';
    this.#arrayAddr = arrayAddr;
    this.#statsAddr = statsAddr;
    if (this.#queues.place('stats') !== undefined) this.#sendStats();
    return this.#setUpFree();
  }

  #setUpFree(): ProbeFailure | undefined {
    const { memory } = this.#transport;
    const hinting = this.#queues.place('hinting');
    if (hinting !== undefined) {
      if (hinting.queue.layout.size < 2) return 'queue-too-small';
      const addr = memory.alloc(8, 8);
      if (addr === undefined) return 'no-memory';
      this.#hint = new HintDriver(this.#transport, this.#guest, hinting, addr);
    }
    if (this.#transport.has(F_PAGE_POISON)) {
      const value = this.#guest.poison === 'page-poisoning' ? PAGE_POISON : 0;
      this.#transport.writeConfig32(CONFIG_POISON_VAL, value);
    }
    const reporting = this.#queues.place('reporting');
    if (reporting !== undefined) {
      if (reporting.queue.layout.size < REPORT_BATCH) return 'queue-too-small';
      this.#report = new ReportDriver(REPORT_BATCH);
    }
    return undefined;
  }

  #noteConfig(): void {
    this.#resizePending = true;
    this.#hint?.noteConfig();
  }

  #noteUsed(): void {
    this.#usedPending = true;
  }

  /** The driver's work queue: does everything noted, once, whoever calls. */
  #work(): void {
    if (this.#isWorking) return;
    this.#isWorking = true;
    while (this.#takeWork()) {
      // Each turn does one piece; a turn may note more.
    }
    this.#isWorking = false;
  }

  #takeWork(): boolean {
    if (this.#usedPending) {
      this.#usedPending = false;
      this.#queues.wake();
      if (this.#queues.place('stats')?.queue.takeUsed() !== undefined) this.#statsPending = true;
      return true;
    }
    if (this.#statsPending) {
      this.#statsPending = false;
      this.#sendStats();
      return true;
    }
    if (this.#resizePending && !this.#isResizing && !this.#isLocked) {
      this.#resizePending = false;
      this.#resize();
      return true;
    }
    return this.#hint?.work() ?? false;
  }

  /** One batch towards the target; asks for another turn while some of the difference is left. */
  #resize(): void {
    const target = this.#transport.readConfig32(CONFIG_NUM_PAGES);
    const missing = Math.floor(target / this.#blockPages) - this.#pageCount;
    if (missing === 0) return;
    this.#isResizing = true;
    const finish = (count: number): void => {
      this.#isResizing = false;
      this.#writeActual();
      // With every page of the balloon isolated Linux spins; here the next page to return goes on.
      if (missing < 0 && count === 0) this.#isStarved = true;
      else if (count !== Math.abs(missing)) this.#resizePending = true;
      this.#work();
    };
    if (missing > 0) this.#fill(missing, finish);
    else this.#leak(-missing, finish);
  }

  #fill(pages: number, finish: (count: number) => void): void {
    const wanted = Math.min(pages, BALLOON_ARRAY_PAGES);
    const batch = new Uint32Array(wanted);
    const got = this.#guest.allocPages(batch, wanted);
    const tell = (): void => this.#tellFilled(batch.subarray(0, got), finish);
    if (got === wanted) {
      tell();
      return;
    }
    this.counters.allocFailures++;
    this.#timers.after(BALLOON_RETRY_NS, tell);
  }

  #tellFilled(batch: Uint32Array, finish: (count: number) => void): void {
    if (this.#isLocked) {
      this.#onUnlock = () => this.#tellFilled(batch, finish);
      return;
    }
    if (batch.length === 0) {
      finish(0);
      return;
    }
    // Popped from a list that was pushed in order of allocation: reversed.
    const pages = batch.toReversed();
    this.#array.set(pages);
    for (const pfn of pages) this.#pages.push(pfn);
    this.#pageCount += batch.length;
    this.#guest.enterBalloon(pages, batch.length, this.#adjustManaged);
    this.counters.inflatedPages += batch.length * this.#blockPages;
    this.#isLocked = true;
    this.#tell('inflate', batch.length, () => {
      this.#unlock();
      finish(batch.length);
    });
  }

  #leak(pages: number, finish: (count: number) => void): void {
    const wanted = Math.min(pages, BALLOON_ARRAY_PAGES, this.#pageCount);
    let count = 0;
    while (count < wanted) {
      const pfn = this.#pages.pop();
      if (pfn === undefined) break;
      this.#array[count++] = pfn;
    }
    this.#pageCount -= count;
    if (count === 0) {
      finish(0);
      return;
    }
    this.#guest.leaveBalloon?.(this.#array, count);
    this.#isLocked = true;
    this.#tell('deflate', count, () => {
      this.counters.deflatedPages += count * this.#blockPages;
      const released = this.#array.subarray(0, count).toReversed();
      this.#guest.releasePages(released, count, this.#adjustManaged);
      this.#unlock();
      finish(count);
    });
  }

  /** With a broken ring `done` never comes and the balloon stays locked, as Linux waits for ever. */
  #tell(role: 'inflate' | 'deflate', count: number, done: () => void): void {
    for (let i = 0; i < count; i++) {
      this.#wireView.setUint32(i * PFN_BYTES, this.#array[i] ?? 0, true);
    }
    const { memory } = this.#transport.memory;
    memory.write(this.#arrayAddr, this.#wire.subarray(0, count * PFN_BYTES));
    this.counters.messages++;
    this.#queues.send(role, [{ addr: this.#arrayAddr, lengthBytes: count * PFN_BYTES }], 1, done);
  }

  /** Pages that moved meanwhile come first: the kernel's list has them at its head already. */
  #unlock(): void {
    this.#isLocked = false;
    this.#guest.retryMigrations?.();
    const waiting = this.#onUnlock;
    this.#onUnlock = undefined;
    waiting?.();
  }

  #pageReturned(): void {
    if (!this.#isStarved) return;
    this.#isStarved = false;
    this.#resizePending = true;
    this.#work();
  }

  #tellPage(role: 'inflate' | 'deflate', pfn: number, done: () => void): void {
    this.#array[0] = pfn;
    this.#tell(role, 1, done);
  }

  #sendStats(): void {
    const bytes = encodeStats(this.#guest.stats(), this.#statOrder);
    this.#transport.memory.memory.write(this.#statsAddr, bytes);
    const stats = this.#queues.place('stats');
    if (stats?.queue.add([{ addr: this.#statsAddr, lengthBytes: bytes.length }], 1, null)) {
      this.#transport.kick(stats.index, stats.queue);
    }
  }

  #writeActual(): void {
    this.#transport.writeConfig32(CONFIG_ACTUAL, this.pageCount);
  }
}
