/**
 * The host's half of HyperAlloc: what it has taken of the guest, huge frame by huge frame, and the answers to its driver's requests
 * (../shared/reference/llfree.md, 3). It takes by reading the guest's tables; the guest is not asked. Nothing that it reads is
 * believed: it keeps its own book of states.
 */

import { bound } from '../../graph/index.ts';
import { NS_PER_S, PAGEBLOCK_FRAMES } from '../../abi/unit.ts';
import type { TimerHandle, Timers } from '../../time/index.ts';
import type { DeviceModel, DevicePort } from '../device.ts';
import { DescriptorChain } from '../queue/chain.ts';
import {
  CONFIG_BYTES,
  CONFIG_CPUS,
  DEVICE_ID_LLFREE,
  FEATURES,
  INSTALL_QUEUE_SIZE,
  QUEUE_INSTALL,
  QUEUE_ZONES,
  ZONES_QUEUE_SIZE,
} from './config.ts';
import { type LlfreeCounters, type LlfreeHost, newLlfreeCounters } from './host.ts';
import { INSTALL_BYTES, ZONE_BYTES, decodeInstall, decodeZone } from './request.ts';

/** From the end of a pass over the tables to the next. */
export const SCAN_DELAY_NS: number = 5 * NS_PER_S;
/** Huge frames that a pass takes before it unmaps them: a tree's. */
const BATCH = 8;

/** States of huge frames. Installed: with memory, or never touched. Soft: without, but free. Hard: without, and not to be had. */
const INSTALLED = 0;
const SOFT = 1;
const HARD = 2;

export interface LlfreeDeviceOptions {
  readonly cpus: number;
  readonly timers: Timers;
  /** Undefined: SCAN_DELAY_NS; null: nothing is taken by the clock. */
  readonly scanDelayNs?: number | null | undefined;
  /** Zones that the host takes from, in this order; it returns in the opposite one. */
  readonly zones: readonly number[];
}

export function tookUnheard(): void {}

export class LlfreeDevice implements DeviceModel {
  readonly deviceId: number = DEVICE_ID_LLFREE;
  readonly features: bigint = FEATURES;
  readonly queueCount: number;
  readonly counters: LlfreeCounters = newLlfreeCounters();
  /** Hears of each pass over the tables that took something: frames, and those of them that had memory. */
  onTaken: (frames: number, releasedFrames: number) => void = tookUnheard;
  private readonly _host: LlfreeHost;
  private readonly _options: LlfreeDeviceOptions;
  private readonly _states: Uint8Array;
  /** Huge frames that were installed as a whole, since they were taken last. */
  private readonly _isWhole: Uint8Array;
  /** Zone of each huge frame that was taken. */
  private readonly _zoneOf: Uint8Array;
  private readonly _known = new Set<number>();
  private readonly _bytes = new Uint8Array(CONFIG_BYTES);
  private readonly _chain = new DescriptorChain();
  private _port!: DevicePort;
  private _timer: TimerHandle | undefined;
  private _hardHuge = 0;
  private _wantedHuge = 0;

  constructor(host: LlfreeHost, options: LlfreeDeviceOptions) {
    this._host = host;
    this._options = options;
    this.queueCount = QUEUE_INSTALL + options.cpus;
    const huges = Math.ceil(host.frames / PAGEBLOCK_FRAMES);
    this._states = new Uint8Array(huges);
    this._isWhole = new Uint8Array(huges);
    this._zoneOf = new Uint8Array(huges);
    new DataView(this._bytes.buffer).setUint32(CONFIG_CPUS, options.cpus, true);
  }

  attach(port: DevicePort): void {
    this._port = port;
  }

  queueSizeMax(index: number): number {
    if (index === QUEUE_ZONES) return ZONES_QUEUE_SIZE;
    return index < this.queueCount ? INSTALL_QUEUE_SIZE : 0;
  }

  config(): Uint8Array {
    return this._bytes;
  }

  writeConfig(): boolean {
    return false;
  }

  activate(): string | undefined {
    for (let index = 0; index < this.queueCount; index += 1) {
      if (this._port.queue(index) === undefined) return 'llfree-queue-missing';
    }
    this._arm();
    return undefined;
  }

  notify(queueIndex: number): void {
    const queue = this._port.queue(queueIndex);
    if (queue === undefined) return;
    while (queue.pop(this._chain) === 'chain') {
      const bytes = this._message(queueIndex === QUEUE_ZONES ? ZONE_BYTES : INSTALL_BYTES);
      if (bytes === undefined) {
        this._port.needsReset('llfree-message');
        return;
      }
      if (queueIndex === QUEUE_ZONES) this._meet(bytes);
      else this._answerInstall(bytes);
      queue.pushUsed(this._chain.head, 0);
    }
    this._port.interruptQueue(queueIndex);
  }

  /** What was taken hard is the guest's again before its driver goes. */
  reset(): void {
    this._timer?.cancel();
    this._timer = undefined;
    this.setTaken(0);
    this._known.clear();
  }

  /** Frames that the guest cannot have now. */
  get takenFrames(): number {
    return this._hardHuge * PAGEBLOCK_FRAMES;
  }

  /**
   * Takes hard, or returns, until so many huge frames are taken. A guest that has not so many free keeps them, until the next call.
   * How many frames of memory that came to, below zero if it got some.
   */
  setTaken(huge: number): number {
    const before = this._hardHuge;
    this._wantedHuge = huge;
    for (const zone of this._options.zones) this._takeHard(zone);
    for (let at = 0; this._hardHuge > this._wantedHuge && at < this._states.length; at += 1) {
      if (this._states[at] === HARD) this._return(at);
    }
    return (this._hardHuge - before) * PAGEBLOCK_FRAMES;
  }

  /** A pass over the tables: all that is free as huge frames and in no reserved tree, softly. */
  scan(): void {
    const { takenHuge, releasedPages } = this.counters;
    this.counters.passes += 1;
    for (const zone of this._options.zones) {
      if (!this._known.has(zone)) continue;
      while (this._takeBatch(zone, false, BATCH) > 0);
    }
    const huges = this.counters.takenHuge - takenHuge;
    this._host.endPass?.(huges);
    if (huges === 0) return;
    this.onTaken(huges * PAGEBLOCK_FRAMES, this.counters.releasedPages - releasedPages);
  }

  private _arm(): void {
    const { timers, scanDelayNs = SCAN_DELAY_NS } = this._options;
    if (scanDelayNs === null) return;
    this._timer = timers.after(scanDelayNs, bound(this, this._scanAgain));
  }

  private _scanAgain(): void {
    if (this._host.beginPass?.() === false) this.counters.passes += 1;
    else this.scan();
    if (this._port.isActive) this._arm();
  }

  private _takeHard(zone: number): void {
    if (!this._known.has(zone)) return;
    for (;;) {
      const missing = this._wantedHuge - this._hardHuge;
      if (missing <= 0 || this._takeBatch(zone, true, missing) === 0) return;
    }
  }

  /** Takes up to so many huge frames of a zone, then the memory behind them, neighbours at once. How many. */
  private _takeBatch(zone: number, isHard: boolean, most: number): number {
    const taken: number[] = [];
    let count = 0;
    for (; count < most; count += 1) {
      const pfn = this._host.reclaim(zone, isHard);
      if (pfn < 0) break;
      const huge = pfn / PAGEBLOCK_FRAMES;
      const state = this._states[huge];
      this._zoneOf[huge] = zone;
      // a guest that cleared the mark of what it does not have gains nothing
      if (state === HARD) continue;
      if (state === INSTALLED) taken.push(huge);
      if (isHard) this._hardHuge += 1;
      this._states[huge] = isHard ? HARD : SOFT;
    }
    this.counters.takenHuge += count;
    this._unmap(taken.toSorted((a, b) => a - b));
    return count;
  }

  private _unmap(huges: readonly number[]): void {
    for (let at = 0; at < huges.length;) {
      const first = huges[at] as number;
      let count = 1;
      while (huges[at + count] === first + count) count += 1;
      this._discard(first, count);
      at += count;
    }
  }

  private _discard(first: number, count: number): void {
    const { counters } = this;
    for (let huge = first; huge < first + count; huge += 1) {
      counters.releasedHuge += this._isWhole[huge] as number;
      this._isWhole[huge] = 0;
    }
    const frames = this._host.discard(first * PAGEBLOCK_FRAMES, count * PAGEBLOCK_FRAMES);
    counters.releasedPages += frames;
  }

  private _return(huge: number): void {
    this._hardHuge -= 1;
    this._states[huge] = SOFT;
    if (this._host.giveBack(huge * PAGEBLOCK_FRAMES)) this.counters.returnedHuge += 1;
    else this._port.violation('llfree-return');
  }

  /** The one buffer of a message; undefined when the chain is something else. */
  private _message(lengthBytes: number): Uint8Array | undefined {
    const chain = this._chain;
    if (chain.count !== 1 || chain.readableCount !== 1) return undefined;
    if (chain.lengthBytes(0) < lengthBytes) return undefined;
    return this._port.memory.read(chain.addr(0), lengthBytes);
  }

  /** A zone may be looked into from now on. */
  private _meet(bytes: Uint8Array): void {
    const { node, zone, start, frames } = decodeZone(bytes);
    const isOurs = node === 0 && this._options.zones.includes(zone);
    if (!isOurs || !(start + frames <= this._host.frames)) this._port.violation('llfree-zone');
    else this._known.add(zone);
  }

  private _answerInstall(bytes: Uint8Array): void {
    const { node, zone, pfn } = decodeInstall(bytes);
    const huge = Math.floor(pfn / PAGEBLOCK_FRAMES);
    const state = huge < this._states.length ? this._states[huge] : undefined;
    const isOurs = node === 0 && state !== undefined && state !== HARD;
    if (!isOurs || (state === SOFT && this._zoneOf[huge] !== zone)) {
      this._port.violation('llfree-install');
    } else if (state === INSTALLED) {
      this.counters.needless += 1;
    } else if (this._host.install(huge * PAGEBLOCK_FRAMES)) {
      this._states[huge] = INSTALLED;
      this._isWhole[huge] = 1;
      this.counters.installedHuge += 1;
    } else {
      this._port.violation('llfree-install');
    }
  }
}
