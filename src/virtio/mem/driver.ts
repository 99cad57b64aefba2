/**
 * The guest's half of virtio-mem as Linux 6.12 behaves (docs/linux-memory.md D.3 to D.7): the main loop, its
 * retries and back-off, the requests. The two modes are in files of their own. Memory is added, onlined
 * and isolated only through `MemGuest`.
 */

import { COUNT, OBJECT, type Shape, expectInteger, expectShape } from '../../check/index.ts';
import { bound } from '../../graph/index.ts';
import { GIB, NS_PER_S } from '../../abi/unit.ts';
import type { TimerHandle, Timers } from '../../time/index.ts';
import { DEVICE_ID_MEM, F_EVENT_IDX, F_INDIRECT_DESC } from '../constants.ts';
import { DriverQueue, type DriverQueueState } from '../queue/driver-queue.ts';
import type { DriverTransport, InterruptHandler, ProbeFailure } from '../transport.ts';
import {
  CONFIG_ADDR,
  CONFIG_BLOCK_SIZE,
  CONFIG_NODE_ID,
  CONFIG_PLUGGED_SIZE,
  CONFIG_REGION_SIZE,
  CONFIG_REQUESTED_SIZE,
  CONFIG_USABLE_SIZE,
  F_ACPI_PXM,
  F_PERSISTENT_SUSPEND,
  F_UNPLUGGED_INACCESSIBLE,
} from './config.ts';
import { BigBlockMode } from './driver-bbm.ts';
import type { MemLink, MemMode, MemModeState, Outcome, Work } from './driver-link.ts';
import { SubBlockMode } from './driver-sbm.ts';
import type { FakeOfflineResult, MemGuest, MemZone } from './guest.ts';
import {
  decodeResponse,
  encodeRequest,
  expectSpan,
  REQUEST_BYTES,
  REQUEST_PLUG,
  REQUEST_UNPLUG,
  REQUEST_UNPLUG_ALL,
  RESPONSE_ACK,
  RESPONSE_BUSY,
  RESPONSE_BYTES,
  RESPONSE_ERROR,
  RESPONSE_NACK,
} from './request.ts';

export const MEM_RETRY_MIN_NS: number = 50 * NS_PER_S;
export const MEM_RETRY_MAX_NS: number = 300 * NS_PER_S;
const OFFLINE_THRESHOLD_BYTES = GIB;
const MOVABLE_TRIES = 5;
const AGAIN_LIMIT = 1000;

const WANTED =
  F_ACPI_PXM | F_UNPLUGGED_INACCESSIBLE | F_PERSISTENT_SUSPEND | F_INDIRECT_DESC | F_EVENT_IDX;

export interface MemDriverOptions {
  readonly forceBigBlocks?: boolean;
  /** Larger than the default big block, a power of two. */
  readonly bigBlockBytes?: number;
  /** False leaves online memory alone. */
  readonly unplugsOnline?: boolean;
  /** Hears that the driver tries again by its timer. */
  readonly retried?: () => void;
}

export interface MemDriverCounters {
  requests: number;
  retries: number;
  fakeOfflineTries: number;
  fakeOfflineFailures: number;
}

/** A range that could not be unplugged in the last run, because something in it could not move. */
export interface BusyRange {
  readonly addr: number;
  readonly lengthBytes: number;
}

/** Plain data; only to be had while the driver does nothing and waits for nothing. */
export interface MemDriverState {
  readonly features: bigint;
  readonly queue: DriverQueueState;
  readonly requestAddr: number;
  readonly deviceBlockBytes: number;
  readonly addr: number;
  readonly usableEnd: number;
  readonly pluggedBytes: number;
  readonly requestedBytes: number;
  readonly offlineBytes: number;
  readonly mode: MemModeState;
}

const STATE: Shape = {
  queue: OBJECT,
  requestAddr: COUNT,
  deviceBlockBytes: COUNT,
  addr: COUNT,
  usableEnd: COUNT,
  pluggedBytes: COUNT,
  requestedBytes: COUNT,
  offlineBytes: COUNT,
  mode: OBJECT,
};

export class MemDriver implements MemLink {
  readonly guest: MemGuest;
  readonly unplugsOnline: boolean;
  readonly counters: MemDriverCounters = {
    requests: 0,
    retries: 0,
    fakeOfflineTries: 0,
    fakeOfflineFailures: 0,
  };
  private readonly _transport: DriverTransport;
  private readonly _timers: Timers;
  private readonly _options: MemDriverOptions;
  private _queue!: DriverQueue<null>;
  private _mode!: MemMode;
  private _requestAddr = 0;
  private _deviceBlockBytes = 0;
  private _addr = 0;
  private _usableEnd = 0;
  private _pluggedBytes = 0;
  private _requestedBytes = 0;
  private _offlineBytes = 0;
  private _thresholdBytes = 0;
  private _needsUnplugAll = false;
  private _configChanged = false;
  private _workNoted = false;
  private _usedNoted = false;
  private _isResuming = false;
  private _work: Work<Outcome> | undefined;
  private _retryTimer: TimerHandle | undefined;
  private _retryNs = MEM_RETRY_MIN_NS;
  private _lastOutcome: Outcome = 'ok';
  private _busyRanges: BusyRange[] = [];

  constructor(
    transport: DriverTransport,
    guest: MemGuest,
    timers: Timers,
    options: MemDriverOptions = {},
  ) {
    this._transport = transport;
    this.guest = guest;
    this._timers = timers;
    this._options = options;
    this.unplugsOnline = options.unplugsOnline ?? true;
  }

  get pluggedBytes(): number {
    return this._pluggedBytes;
  }

  get requestedBytes(): number {
    return this._requestedBytes;
  }

  get mode(): MemMode {
    return this._mode;
  }

  /** How the last run of the main loop ended. */
  get lastOutcome(): Outcome {
    return this._lastOutcome;
  }

  get isBroken(): boolean {
    return this._lastOutcome === 'broken';
  }

  get busyRanges(): readonly BusyRange[] {
    return this._busyRanges;
  }

  probe(): ProbeFailure | undefined {
    const transport = this._transport;
    const failure =
      transport.probe(DEVICE_ID_MEM) ?? transport.negotiate(WANTED, (f) => f) ?? this._setUp();
    if (failure !== undefined) {
      transport.fail();
      return failure;
    }
    transport.start(this._handler());
    this._configChanged = true;
    this.retry();
    this._run();
    return undefined;
  }

  /** Undefined while work is under way or is to be tried again. */
  save(): MemDriverState | undefined {
    const isIdle = this._work === undefined && this._retryTimer === undefined && !this.isBroken;
    if (!isIdle || this._needsUnplugAll) return undefined;
    return {
      features: this._transport.features,
      queue: this._queue.save(),
      requestAddr: this._requestAddr,
      deviceBlockBytes: this._deviceBlockBytes,
      addr: this._addr,
      usableEnd: this._usableEnd,
      pluggedBytes: this._pluggedBytes,
      requestedBytes: this._requestedBytes,
      offlineBytes: this._offlineBytes,
      mode: this._mode.save(),
    };
  }

  /** Instead of `probe`: goes on where another driver, made with the same options, was. */
  load(state: MemDriverState): void {
    const { features } = expectShape('state', state, STATE);
    this._transport.resume(features, this._handler());
    this._queue = DriverQueue.restore(this._transport.memory, state.queue, null);
    this._requestAddr = state.requestAddr;
    this._deviceBlockBytes = state.deviceBlockBytes;
    this._addr = state.addr;
    this._usableEnd = state.usableEnd;
    this._pluggedBytes = state.pluggedBytes;
    this._requestedBytes = state.requestedBytes;
    this._offlineBytes = state.offlineBytes;
    this._mode = this._chooseMode();
    this._mode.load(state.mode);
    this._mode.setUsableEnd(state.usableEnd);
  }

  /** May the system suspend or hibernate? Not with plugged memory, which would be lost. */
  maySuspend(): boolean {
    return this._pluggedBytes === 0 || this._transport.has(F_PERSISTENT_SUSPEND);
  }

  /** Asked while memory is onlined: which chunks hold plugged memory and go to the buddy allocator. */
  chunkState(addr: number, lengthBytes: number): 'plugged' | 'unplugged' | 'mixed' {
    expectSpan(addr, lengthBytes);
    return this._mode.chunkState(addr, lengthBytes);
  }

  /** A memory block went online, by policy or by hand. */
  memoryOnlined(addr: number, zone: MemZone): void {
    this._mode.onlined(addr, zone);
    if (this._work === undefined && this.canAdd(this._thresholdBytes / 2)) this.retry();
    this._run();
  }

  canAdd(lengthBytes: number): boolean {
    expectInteger('lengthBytes', lengthBytes, 0);
    return this._offlineBytes + lengthBytes <= this._thresholdBytes;
  }

  offlineChanged(lengthBytes: number): void {
    this._offlineBytes += expectInteger('lengthBytes', lengthBytes, Number.MIN_SAFE_INTEGER);
  }

  retry(): void {
    this._workNoted = true;
  }

  fakeOffline(addr: number, lengthBytes: number): FakeOfflineResult | 'again' {
    expectSpan(addr, lengthBytes);
    const tries = this.guest.isMovable(addr) ? MOVABLE_TRIES : 1;
    for (let i = 0; i < tries; i++) {
      if (this._configChanged) return 'again';
      this.counters.fakeOfflineTries++;
      const result = this.guest.fakeOffline(addr, lengthBytes);
      if (result !== 'busy') return result;
    }
    this.counters.fakeOfflineFailures++;
    return 'busy';
  }

  skipped(addr: number, lengthBytes: number): void {
    expectSpan(addr, lengthBytes);
    this._busyRanges.push({ addr, lengthBytes });
  }

  *sendPlug(addr: number, lengthBytes: number): Work<Outcome> {
    if (this._configChanged) return 'again';
    const answer = yield* this._request(REQUEST_PLUG, addr, lengthBytes);
    if (answer === RESPONSE_ACK) this._pluggedBytes += lengthBytes;
    if (answer === RESPONSE_NACK) return 'again';
    return outcomeOf(answer);
  }

  *sendUnplug(addr: number, lengthBytes: number): Work<Outcome> {
    if (this._configChanged) return 'again';
    const answer = yield* this._request(REQUEST_UNPLUG, addr, lengthBytes);
    if (answer === RESPONSE_ACK) this._pluggedBytes -= lengthBytes;
    return outcomeOf(answer);
  }

  private _handler(): InterruptHandler {
    return {
      configChanged: bound(this, this._noteConfig),
      queueUsed: bound(this, this._noteUsed),
      work: bound(this, this._run),
    };
  }

  private _noteConfig(): void {
    this._configChanged = true;
    this._workNoted = true;
  }

  private _noteUsed(): void {
    this._usedNoted = true;
  }

  private _setUp(): ProbeFailure | undefined {
    const transport = this._transport;
    const queue = transport.setUpQueue<null>(0);
    if (typeof queue === 'string') return queue;
    this._queue = queue;
    const requestAddr = transport.memory.alloc(REQUEST_BYTES + RESPONSE_BYTES, 8);
    if (requestAddr === undefined) return 'no-memory';
    this._requestAddr = requestAddr;
    this._pluggedBytes = transport.readConfig64(CONFIG_PLUGGED_SIZE);
    this._deviceBlockBytes = transport.readConfig64(CONFIG_BLOCK_SIZE);
    transport.readConfig16(CONFIG_NODE_ID);
    this._addr = transport.readConfig64(CONFIG_ADDR);
    transport.readConfig64(CONFIG_REGION_SIZE);
    if (!Number.isInteger(Math.log2(this._deviceBlockBytes))) return 'bad-config';
    this._needsUnplugAll = this._pluggedBytes > 0;
    this._mode = this._chooseMode();
    return undefined;
  }

  private _chooseMode(): MemMode {
    const { memoryBlockBytes, pageblockBytes } = this.guest;
    const subblockBytes = Math.max(this._deviceBlockBytes, pageblockBytes);
    if (subblockBytes < memoryBlockBytes && this._options.forceBigBlocks !== true) {
      this._thresholdBytes = Math.max(2 * memoryBlockBytes, OFFLINE_THRESHOLD_BYTES);
      return new SubBlockMode(this, this._addr, subblockBytes);
    }
    const least = Math.max(this._deviceBlockBytes, memoryBlockBytes);
    const bigBlockBytes = Math.max(least, this._options.bigBlockBytes ?? 0);
    this._thresholdBytes = Math.max(2 * bigBlockBytes, OFFLINE_THRESHOLD_BYTES);
    return new BigBlockMode(this, this._addr, bigBlockBytes);
  }

  /** Starts or resumes the work, unless it runs further out already. */
  private _run(): void {
    if (this._isResuming) return;
    this._isResuming = true;
    for (;;) {
      if (this._work === undefined) {
        if (!this._workNoted || this.isBroken) break;
        this._workNoted = false;
        this._retryTimer?.cancel();
        this._retryTimer = undefined;
        this._work = this._mainLoop();
      }
      const step = this._work.next();
      if (step.done === true) {
        this._work = undefined;
        this._end(step.value);
      } else if (!this._takeUsedNote()) {
        break;
      }
    }
    this._isResuming = false;
  }

  private _takeUsedNote(): boolean {
    const noted = this._usedNoted;
    this._usedNoted = false;
    return noted;
  }

  /**
   * Linux tries again at once for as long as the device says NACK. Virtual time does not pass meanwhile,
   * so a device that never says anything else is given a pause like one that says BUSY.
   */
  private *_mainLoop(): Work<Outcome> {
    for (let tries = 0; tries < AGAIN_LIMIT; tries++) {
      const outcome = yield* this._turn();
      if (outcome !== 'again') return outcome;
    }
    return 'host-busy';
  }

  private *_turn(): Work<Outcome> {
    this._busyRanges = [];
    if (this._needsUnplugAll) {
      const outcome = yield* this._unplugAll();
      if (outcome !== 'ok') return outcome;
    }
    if (this._configChanged) {
      this._configChanged = false;
      this._refresh();
    }
    const cleaned = yield* this._mode.cleanUp();
    if (cleaned !== 'ok') return cleaned;
    const missing = this._requestedBytes - this._pluggedBytes;
    let outcome: Outcome = 'ok';
    if (missing > 0) outcome = yield* this._mode.plug(missing);
    if (missing < 0) outcome = yield* this._mode.unplug(-missing);
    return outcome === 'ok' && this._mode.hasLeftover ? 'busy' : outcome;
  }

  private *_unplugAll(): Work<Outcome> {
    const answer = yield* this._request(REQUEST_UNPLUG_ALL, 0, 0);
    if (answer !== RESPONSE_ACK) return outcomeOf(answer);
    this._needsUnplugAll = false;
    this._pluggedBytes = 0;
    // The usable region may have shrunk without a word.
    this._configChanged = true;
    return 'ok';
  }

  private _refresh(): void {
    const transport = this._transport;
    transport.readConfig64(CONFIG_PLUGGED_SIZE);
    const usableBytes = transport.readConfig64(CONFIG_USABLE_SIZE);
    this._usableEnd = Math.min(this._addr + usableBytes, this.guest.addressLimit);
    this._mode.setUsableEnd(this._usableEnd);
    this._requestedBytes = transport.readConfig64(CONFIG_REQUESTED_SIZE);
  }

  private _end(outcome: Outcome): void {
    this._lastOutcome = outcome;
    if (outcome === 'ok') {
      this._retryNs = MEM_RETRY_MIN_NS;
    } else if (outcome === 'busy' || outcome === 'host-busy' || outcome === 'no-memory') {
      this._retryTimer = this._timers.after(this._retryNs, bound(this, this._tryAgain));
    }
  }

  private _tryAgain(): void {
    this._retryTimer = undefined;
    this.counters.retries++;
    this._options.retried?.();
    this._retryNs = Math.min(2 * this._retryNs, MEM_RETRY_MAX_NS);
    this.retry();
    this._run();
  }

  /** Sends one request and waits for its answer; -1 when the ring is broken. */
  private *_request(type: number, addr: number, lengthBytes: number): Work<number> {
    expectSpan(addr, lengthBytes);
    const { memory } = this._transport.memory;
    const blocks = lengthBytes / this._deviceBlockBytes;
    this.counters.requests++;
    memory.write(this._requestAddr, encodeRequest({ type, addr, blocks }));
    const responseAddr = this._requestAddr + REQUEST_BYTES;
    const buffers = [
      { addr: this._requestAddr, lengthBytes: REQUEST_BYTES },
      { addr: responseAddr, lengthBytes: RESPONSE_BYTES },
    ];
    if (!this._queue.add(buffers, 1, null)) return -1;
    this._transport.kick(0, this._queue);
    while (this._queue.takeUsed() === undefined) {
      if (this._queue.isBroken) return -1;
      yield undefined;
    }
    const bytes = memory.read(responseAddr, RESPONSE_BYTES);
    return bytes === undefined ? -1 : decodeResponse(bytes).type;
  }
}

function outcomeOf(answer: number): Outcome {
  if (answer === RESPONSE_ACK) return 'ok';
  if (answer === RESPONSE_BUSY) return 'host-busy';
  return answer === RESPONSE_ERROR || answer < 0 ? 'broken' : 'no-memory';
}
