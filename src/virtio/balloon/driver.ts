/**
 * The guest's half of virtio-balloon as Linux 6.12 behaves (docs/linux-memory.md C): the resize work, the OOM
 * notifier, statistics, page migration. Hinting and reporting are in `driver-free.ts`. Takes pages only
 * through `BalloonGuest`, and time only through `Timers`.
 */

import { expectObject } from '../../check/index.ts';
import { bound } from '../../graph/index.ts';
import type { Shrinker } from '../../guest/index.ts';
import { NS_PER_MS } from '../../abi/unit.ts';
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
import { HintDriver, ReportDriver } from './driver-free.ts';
import type {
  BalloonDriverCounters,
  BalloonDriverOptions,
  BalloonDriverState,
} from './driver-plain.ts';
import { BalloonQueues } from './driver-queues.ts';
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

export class BalloonDriver {
  readonly counters: BalloonDriverCounters = {
    inflatedPages: 0,
    deflatedPages: 0,
    messages: 0,
    allocFailures: 0,
    oomCalls: 0,
    migratedPages: 0,
  };
  /** How long, in ns, after so many pages of a message the next one is taken, or given back; undefined: at once. */
  pace: ((pages: number) => number) | undefined;
  private readonly _transport: DriverTransport;
  private readonly _guest: BalloonGuest;
  private readonly _timers: Timers;
  private readonly _statOrder: readonly number[];
  private readonly _blockPages: number;
  private readonly _queues: BalloonQueues;
  private readonly _pages = new PageList();
  private readonly _isolated = new Set<number>();
  private readonly _array = new Uint32Array(BALLOON_ARRAY_PAGES);
  /** Pages that were just allocated, in that order. */
  private readonly _batch = new Uint32Array(BALLOON_ARRAY_PAGES);
  private _hint: HintDriver | undefined;
  private _report: ReportDriver | undefined;
  private _arrayAddr = 0;
  private _statsAddr = 0;
  private _adjustManaged = true;
  /** Frame numbers in the balloon, those isolated for migration included. */
  private _pageCount = 0;
  /** A message is with the device, so the array and the list may not be touched. */
  private _isLocked = false;
  /** A filled batch that waits for the lock. */
  private _onUnlock: (() => void) | undefined;
  private _isWorking = false;
  /** Between a failed allocation and the next try, amid a message, or waiting for the device. */
  private _isResizing = false;
  private _isTellingResize = false;
  private _resizePending = false;
  private _isStarved = false;
  private _statsPending = false;
  private _usedPending = false;

  constructor(
    transport: DriverTransport,
    guest: BalloonGuest,
    timers: Timers,
    options: BalloonDriverOptions = {},
  ) {
    this._transport = transport;
    this._queues = new BalloonQueues(transport);
    this._guest = guest;
    this._timers = timers;
    this._statOrder = STAT_ORDER[options.kernel ?? '6.12'];
    this._blockPages = options.blockPages ?? 1;
  }

  /** 4 KiB pages in the balloon. */
  get pageCount(): number {
    return this._pageCount * this._blockPages;
  }

  /** Is the message that goes to the device now one of its work towards the target? */
  get isTellingResize(): boolean {
    return this._isTellingResize;
  }

  get canReport(): boolean {
    return this._report !== undefined;
  }

  /** Finds the device and starts to work towards its target. */
  probe(): ProbeFailure | undefined {
    const failure =
      this._transport.probe(DEVICE_ID_BALLOON) ??
      this._transport.negotiate(WANTED, (features) => this._validate(features)) ??
      this._setUp();
    if (failure !== undefined) {
      this._transport.fail();
      return failure;
    }
    this._transport.start(this._handler());
    if (this._transport.readConfig32(CONFIG_NUM_PAGES) !== 0) this._noteConfig();
    this._work();
    return undefined;
  }

  /**
   * The kernel is out of memory and asks its notifiers before it kills. Returns how many pages came
   * back; 0 without DEFLATE_ON_OOM.
   */
  oomNotify(): number {
    if (!this._transport.has(F_DEFLATE_ON_OOM) || this._isLocked) return 0;
    this.counters.oomCalls++;
    let freed = 0;
    this._leak(BALLOON_ARRAY_PAGES, (count) => {
      freed = count * this._blockPages;
      this._writeActual();
    });
    return freed;
  }

  /** Takes a balloon page off the list, so that it can be migrated. */
  isolatePage(pfn: number): boolean {
    if (!this._pages.remove(pfn)) return false;
    this._isolated.add(pfn);
    return true;
  }

  putBackPage(pfn: number): void {
    if (!this._isolated.delete(pfn)) return;
    this._pages.push(pfn);
    this._pageReturned();
  }

  /** Replaces an isolated page. 'again' when the balloon is busy; 'waiting' until the device answers. */
  migratePage(oldPfn: number, newPfn: number): 'done' | 'again' | 'waiting' {
    if (this._isLocked || !this._isolated.has(oldPfn)) return 'again';
    this._isLocked = true;
    this._isolated.delete(oldPfn);
    this._pages.push(newPfn);
    let isDone = false;
    this._tellPage('inflate', newPfn, () => {
      this._tellPage('deflate', oldPfn, () => {
        this._unlock();
        isDone = true;
        this.counters.migratedPages++;
        this._guest.pageMigrated(oldPfn, newPfn, this._adjustManaged);
        this._pageReturned();
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
    const buffers = this._report?.buffers(pfns, orders, count);
    if (buffers === undefined || this._queues.isWaitingFor('reporting')) return false;
    return this._queues.send('reporting', buffers, 0, done);
  }

  /** Hinted blocks: the kernel can have them back before the device says so. */
  get hinted(): Shrinker | undefined {
    return this._hint;
  }

  /** Undefined while anything but statistics is with the device or a page is being migrated. */
  save(): BalloonDriverState | undefined {
    if (this._isLocked || this._isResizing || this._isolated.size > 0 || this._queues.isWaiting) {
      return undefined;
    }
    const hint = this._hint?.save();
    if (this._hint !== undefined && hint === undefined) return undefined;
    return {
      features: this._transport.features,
      pages: this._pages.toArray(),
      arrayAddr: this._arrayAddr,
      statsAddr: this._statsAddr,
      queues: this._queues.save(),
      hint,
    };
  }

  /** Instead of `probe`: goes on where another driver of a copied guest was. */
  load(state: BalloonDriverState): void {
    const { features, pages } = expectObject('state', state);
    this._transport.resume(features, this._handler());
    this._pages.load(pages);
    this._pageCount = state.pages.length;
    this._arrayAddr = state.arrayAddr;
    this._statsAddr = state.statsAddr;
    this._adjustManaged = (state.features & F_DEFLATE_ON_OOM) === 0n;
    this._queues.load(state.queues);
    const hinting = this._queues.place('hinting');
    if (hinting !== undefined && state.hint !== undefined) {
      this._hint = new HintDriver(this._transport, this._guest, hinting, state.hint.addr);
      this._hint.load(state.hint);
    }
    if (this._queues.place('reporting') !== undefined)
      this._report = new ReportDriver(REPORT_BATCH);
  }

  private _handler(): InterruptHandler {
    return {
      configChanged: bound(this, this._noteConfig),
      queueUsed: bound(this, this._noteUsed),
      work: bound(this, this._work),
    };
  }

  private _validate(features: bigint): bigint {
    let kept = features;
    if (this._guest.poison === 'none') kept &= ~F_PAGE_POISON;
    else if ((features & F_PAGE_POISON) === 0n) kept &= ~F_REPORTING;
    return kept;
  }

  private _setUp(): ProbeFailure | undefined {
    const failure = this._queues.setUp();
    if (failure !== undefined) return failure;
    this._adjustManaged = !this._transport.has(F_DEFLATE_ON_OOM);
    this._guest.setAdjustManaged?.(this._adjustManaged);
    const { memory } = this._transport;
    const arrayAddr = memory.alloc(BALLOON_ARRAY_PAGES * PFN_BYTES, 8);
    const statsAddr = memory.alloc(this._statOrder.length * STAT_BYTES, 8);
    if (arrayAddr === undefined || statsAddr === undefined) return 'no-memory';
    this._arrayAddr = arrayAddr;
    this._statsAddr = statsAddr;
    if (this._queues.place('stats') !== undefined) this._sendStats();
    return this._setUpFree();
  }

  private _setUpFree(): ProbeFailure | undefined {
    const { memory } = this._transport;
    const hinting = this._queues.place('hinting');
    if (hinting !== undefined) {
      if (hinting.queue.layout.size < 2) return 'queue-too-small';
      const addr = memory.alloc(8, 8);
      if (addr === undefined) return 'no-memory';
      this._hint = new HintDriver(this._transport, this._guest, hinting, addr);
    }
    if (this._transport.has(F_PAGE_POISON)) {
      const value = this._guest.poison === 'page-poisoning' ? PAGE_POISON : 0;
      this._transport.writeConfig32(CONFIG_POISON_VAL, value);
    }
    const reporting = this._queues.place('reporting');
    if (reporting !== undefined) {
      if (reporting.queue.layout.size < REPORT_BATCH) return 'queue-too-small';
      this._report = new ReportDriver(REPORT_BATCH);
    }
    return undefined;
  }

  private _noteConfig(): void {
    this._resizePending = true;
    this._hint?.noteConfig();
  }

  private _noteUsed(): void {
    this._usedPending = true;
  }

  /** The driver's work queue: does everything noted, once, whoever calls. */
  private _work(): void {
    if (this._isWorking) return;
    this._isWorking = true;
    while (this._takeWork()) {
      // Each turn does one piece; a turn may note more.
    }
    this._isWorking = false;
  }

  private _takeWork(): boolean {
    if (this._usedPending) {
      this._usedPending = false;
      this._queues.wake();
      if (this._queues.place('stats')?.queue.takeUsed() !== undefined) this._statsPending = true;
      return true;
    }
    if (this._statsPending) {
      this._statsPending = false;
      this._sendStats();
      return true;
    }
    if (this._resizePending && !this._isResizing && !this._isLocked) {
      this._resizePending = false;
      this._resize();
      return true;
    }
    return this._hint?.work() ?? false;
  }

  /** One batch towards the target; asks for another turn while some of the difference is left. */
  private _resize(): void {
    const target = this._transport.readConfig32(CONFIG_NUM_PAGES);
    const missing = Math.floor(target / this._blockPages) - this._pageCount;
    if (missing === 0) return;
    this._isResizing = true;
    const finish = bound(this, this._resized, missing);
    if (missing > 0) this._take(0, Math.min(missing, BALLOON_ARRAY_PAGES), finish);
    else this._leak(-missing, finish, true);
  }

  private _resized(missing: number, count: number): void {
    this._isResizing = false;
    this._writeActual();
    // With every page of the balloon isolated Linux spins; here the next page to return goes on.
    if (missing < 0 && count === 0) this._isStarved = true;
    else if (count !== Math.abs(missing)) this._resizePending = true;
    this._work();
  }

  /** One past the last page of a message that follows page `from` without a pause, and how long the pause is. */
  private _turn(from: number, count: number): [end: number, delayNs: number] {
    if (this.pace === undefined) return [count, 0];
    for (let end = from + 1; end < count; end++) {
      const delayNs = this.pace(end);
      if (delayNs > 0) return [end, delayNs];
    }
    return [count, 0];
  }

  /** Goes on with a message that has `had` pages of those wanted. */
  private _take(had: number, wanted: number, finish: (count: number) => void): void {
    const [end, delayNs] = this._turn(had, wanted);
    const got = had + this._guest.allocPages(this._batch.subarray(had, end), end - had);
    if (got === end && end < wanted) {
      this._timers.after(delayNs, bound(this, this._take, got, wanted, finish));
      return;
    }
    const batch = this._batch.subarray(0, got);
    if (got === wanted) {
      this._tellFilled(batch, finish);
      return;
    }
    this.counters.allocFailures++;
    this._timers.after(BALLOON_RETRY_NS, bound(this, this._tellFilled, batch.slice(), finish));
  }

  private _tellFilled(batch: Uint32Array, finish: (count: number) => void): void {
    if (this._isLocked) {
      this._onUnlock = bound(this, this._tellFilled, batch.slice(), finish);
      return;
    }
    const count = batch.length;
    if (count === 0) {
      finish(0);
      return;
    }
    // Popped from a list that was pushed in order of allocation: reversed.
    const pages = this._array;
    for (let at = 0; at < count; at++) pages[at] = batch[count - 1 - at] as number;
    this._pages.pushAll(count === pages.length ? pages : pages.subarray(0, count));
    this._pageCount += count;
    this._guest.enterBalloon(pages, count, this._adjustManaged);
    this.counters.inflatedPages += count * this._blockPages;
    this._isLocked = true;
    this._tellResize('inflate', count, bound(this, this._filled, count, finish));
  }

  private _filled(count: number, finish: (count: number) => void): void {
    this._unlock();
    finish(count);
  }

  private _leak(pages: number, finish: (count: number) => void, isResize = false): void {
    const wanted = Math.min(pages, BALLOON_ARRAY_PAGES, this._pageCount);
    let count = 0;
    while (count < wanted) {
      const pfn = this._pages.pop();
      if (pfn === undefined) break;
      this._array[count++] = pfn;
    }
    this._pageCount -= count;
    if (count === 0) {
      finish(0);
      return;
    }
    this._guest.leaveBalloon?.(this._array, count);
    this._isLocked = true;
    if (isResize) this._tellResize('deflate', count, bound(this, this._release, 0, count, finish));
    else this._tell('deflate', count, bound(this, this._leaked, 0, count, finish));
  }

  /** Gives back the pages of a message from one on, in turns. */
  private _release(from: number, count: number, finish: (count: number) => void): void {
    const [end, delayNs] = this._turn(from, count);
    if (end === count) {
      this._leaked(from, count, finish);
      return;
    }
    this._giveBack(from, end, count);
    this._timers.after(delayNs, bound(this, this._release, end, count, finish));
  }

  private _giveBack(from: number, end: number, count: number): void {
    const released = this._array.subarray(count - end, count - from).toReversed();
    this._guest.releasePages(released, end - from, this._adjustManaged);
  }

  private _leaked(from: number, count: number, finish: (count: number) => void): void {
    this.counters.deflatedPages += count * this._blockPages;
    this._giveBack(from, count, count);
    this._unlock();
    finish(count);
  }

  private _tellResize(role: 'inflate' | 'deflate', count: number, done: () => void): void {
    this._isTellingResize = true;
    this._tell(role, count, done);
    this._isTellingResize = false;
  }

  /** With a broken ring `done` never comes and the balloon stays locked, as Linux waits for ever. */
  private _tell(role: 'inflate' | 'deflate', count: number, done: () => void): void {
    const { memory } = this._transport.memory;
    // little endian, as the core's memory is
    const { buffer, byteOffset } = this._array;
    memory.write(this._arrayAddr, new Uint8Array(buffer, byteOffset, count * PFN_BYTES));
    this.counters.messages++;
    this._queues.send(role, [{ addr: this._arrayAddr, lengthBytes: count * PFN_BYTES }], 1, done);
  }

  /** Pages that moved meanwhile come first: the kernel's list has them at its head already. */
  private _unlock(): void {
    this._isLocked = false;
    this._guest.retryMigrations?.();
    const waiting = this._onUnlock;
    this._onUnlock = undefined;
    waiting?.();
  }

  private _pageReturned(): void {
    if (!this._isStarved) return;
    this._isStarved = false;
    this._resizePending = true;
    this._work();
  }

  private _tellPage(role: 'inflate' | 'deflate', pfn: number, done: () => void): void {
    this._array[0] = pfn;
    this._tell(role, 1, done);
  }

  private _sendStats(): void {
    const bytes = encodeStats(this._guest.stats(), this._statOrder);
    this._transport.memory.memory.write(this._statsAddr, bytes);
    const stats = this._queues.place('stats');
    if (stats?.queue.add([{ addr: this._statsAddr, lengthBytes: bytes.length }], 1, null)) {
      this._transport.kick(stats.index, stats.queue);
    }
  }

  private _writeActual(): void {
    this._transport.writeConfig32(CONFIG_ACTUAL, this.pageCount);
  }
}
