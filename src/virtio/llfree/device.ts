/**
 * The host's half of HyperAlloc: what it has taken of the guest, huge frame by huge frame, and the answers to its driver's requests
 * (../shared/reference/llfree.md, 3). It takes by reading the guest's tables; the guest is not asked. Nothing that it reads is
 * believed: it keeps its own book of states.
 */

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

export class LlfreeDevice implements DeviceModel {
  readonly deviceId: number = DEVICE_ID_LLFREE;
  readonly features: bigint = FEATURES;
  readonly queueCount: number;
  readonly counters: LlfreeCounters = newLlfreeCounters();
  /** Hears of each pass over the tables that took something: frames, and those of them that had memory. */
  onTaken: (frames: number, releasedFrames: number) => void = () => {};
  readonly #host: LlfreeHost;
  readonly #options: LlfreeDeviceOptions;
  readonly #states: Uint8Array;
  /** Huge frames that were installed as a whole, since they were taken last. */
  readonly #isWhole: Uint8Array;
  /** Zone of each huge frame that was taken. */
  readonly #zoneOf: Uint8Array;
  readonly #known = new Set<number>();
  readonly #bytes = new Uint8Array(CONFIG_BYTES);
  readonly #chain = new DescriptorChain();
  #port!: DevicePort;
  #timer: TimerHandle | undefined;
  #hardHuge = 0;
  #wantedHuge = 0;

  constructor(host: LlfreeHost, options: LlfreeDeviceOptions) {
    this.#host = host;
    this.#options = options;
    this.queueCount = QUEUE_INSTALL + options.cpus;
    const huges = Math.ceil(host.frames / PAGEBLOCK_FRAMES);
    this.#states = new Uint8Array(huges);
    this.#isWhole = new Uint8Array(huges);
    this.#zoneOf = new Uint8Array(huges);
    new DataView(this.#bytes.buffer).setUint32(CONFIG_CPUS, options.cpus, true);
  }

  attach(port: DevicePort): void {
    this.#port = port;
  }

  queueSizeMax(index: number): number {
    if (index === QUEUE_ZONES) return ZONES_QUEUE_SIZE;
    return index < this.queueCount ? INSTALL_QUEUE_SIZE : 0;
  }

  config(): Uint8Array {
    return this.#bytes;
  }

  writeConfig(): boolean {
    return false;
  }

  activate(): string | undefined {
    for (let index = 0; index < this.queueCount; index += 1) {
      if (this.#port.queue(index) === undefined) return 'llfree-queue-missing';
    }
    this.#arm();
    return undefined;
  }

  notify(queueIndex: number): void {
    const queue = this.#port.queue(queueIndex);
    if (queue === undefined) return;
    while (queue.pop(this.#chain) === 'chain') {
      const bytes = this.#message(queueIndex === QUEUE_ZONES ? ZONE_BYTES : INSTALL_BYTES);
      if (bytes === undefined) {
        this.#port.needsReset('llfree-message');
        return;
      }
      if (queueIndex === QUEUE_ZONES) this.#meet(bytes);
      else this.#answerInstall(bytes);
      queue.pushUsed(this.#chain.head, 0);
    }
    this.#port.interruptQueue(queueIndex);
  }

  /** What was taken hard is the guest's again before its driver goes. */
  reset(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.setTaken(0);
    this.#known.clear();
  }

  /** Frames that the guest cannot have now. */
  get takenFrames(): number {
    return this.#hardHuge * PAGEBLOCK_FRAMES;
  }

  /**
   * Takes hard, or returns, until so many huge frames are taken. A guest that has not so many free keeps them, until the next call.
   * How many frames of memory that came to, below zero if it got some.
   */
  setTaken(huge: number): number {
    const before = this.#hardHuge;
    this.#wantedHuge = huge;
    for (const zone of this.#options.zones) this.#takeHard(zone);
    for (let at = 0; this.#hardHuge > this.#wantedHuge && at < this.#states.length; at += 1) {
      if (this.#states[at] === HARD) this.#return(at);
    }
    return (this.#hardHuge - before) * PAGEBLOCK_FRAMES;
  }

  /** A pass over the tables: all that is free as huge frames and in no reserved tree, softly. */
  scan(): void {
    const { takenHuge, releasedPages } = this.counters;
    this.counters.passes += 1;
    for (const zone of this.#options.zones) {
      if (!this.#known.has(zone)) continue;
      while (this.#takeBatch(zone, false, BATCH) > 0);
    }
    const huges = this.counters.takenHuge - takenHuge;
    if (huges === 0) return;
    this.onTaken(huges * PAGEBLOCK_FRAMES, this.counters.releasedPages - releasedPages);
  }

  #arm(): void {
    const { timers, scanDelayNs = SCAN_DELAY_NS } = this.#options;
    if (scanDelayNs === null) return;
    this.#timer = timers.after(scanDelayNs, () => {
      this.scan();
      if (this.#port.isActive) this.#arm();
    });
  }

  #takeHard(zone: number): void {
    if (!this.#known.has(zone)) return;
    for (;;) {
      const missing = this.#wantedHuge - this.#hardHuge;
      if (missing <= 0 || this.#takeBatch(zone, true, missing) === 0) return;
    }
  }

  /** Takes up to so many huge frames of a zone, then the memory behind them, neighbours at once. How many. */
  #takeBatch(zone: number, isHard: boolean, most: number): number {
    const taken: number[] = [];
    let count = 0;
    for (; count < most; count += 1) {
      const pfn = this.#host.reclaim(zone, isHard);
      if (pfn < 0) break;
      const huge = pfn / PAGEBLOCK_FRAMES;
      // a guest that cleared the mark of what it does not have gains nothing
      if (this.#states[huge] === INSTALLED) taken.push(huge);
      if (isHard && this.#states[huge] !== HARD) this.#hardHuge += 1;
      this.#states[huge] = isHard ? HARD : SOFT;
      this.#zoneOf[huge] = zone;
    }
    this.counters.takenHuge += count;
    this.#unmap(taken.toSorted((a, b) => a - b));
    return count;
  }

  #unmap(huges: readonly number[]): void {
    for (let at = 0; at < huges.length;) {
      const first = huges[at] as number;
      let count = 1;
      while (huges[at + count] === first + count) count += 1;
      this.#discard(first, count);
      at += count;
    }
  }

  #discard(first: number, count: number): void {
    const { counters } = this;
    for (let huge = first; huge < first + count; huge += 1) {
      counters.releasedHuge += this.#isWhole[huge] as number;
      this.#isWhole[huge] = 0;
    }
    const frames = this.#host.discard(first * PAGEBLOCK_FRAMES, count * PAGEBLOCK_FRAMES);
    counters.releasedPages += frames;
  }

  #return(huge: number): void {
    this.#hardHuge -= 1;
    this.#states[huge] = SOFT;
    if (this.#host.giveBack(huge * PAGEBLOCK_FRAMES)) this.counters.returnedHuge += 1;
    else this.#port.violation('llfree-return');
  }

  /** The one buffer of a message; undefined when the chain is something else. */
  #message(lengthBytes: number): Uint8Array | undefined {
    const chain = this.#chain;
    if (chain.count !== 1 || chain.readableCount !== 1) return undefined;
    if (chain.lengthBytes(0) < lengthBytes) return undefined;
    return this.#port.memory.read(chain.addr(0), lengthBytes);
  }

  /** A zone may be looked into from now on. */
  #meet(bytes: Uint8Array): void {
    const { node, zone, start, frames } = decodeZone(bytes);
    const isOurs = node === 0 && this.#options.zones.includes(zone);
    if (!isOurs || !(start + frames <= this.#host.frames)) this.#port.violation('llfree-zone');
    else this.#known.add(zone);
  }

  #answerInstall(bytes: Uint8Array): void {
    const { node, zone, pfn } = decodeInstall(bytes);
    const huge = Math.floor(pfn / PAGEBLOCK_FRAMES);
    const state = huge < this.#states.length ? this.#states[huge] : undefined;
    const isOurs = node === 0 && state !== undefined && state !== HARD;
    if (!isOurs || (state === SOFT && this.#zoneOf[huge] !== zone)) {
      this.#port.violation('llfree-install');
    } else if (state === INSTALLED) {
      this.counters.needless += 1;
    } else if (this.#host.install(huge * PAGEBLOCK_FRAMES)) {
      this.#states[huge] = INSTALLED;
      this.#isWhole[huge] = 1;
      this.counters.installedHuge += 1;
    } else {
      this.#port.violation('llfree-install');
    }
  }
}
