/**
 * The guest's half of virtio-mem as Linux 6.12 behaves (docs/linux-memory.md D.3 to D.7): the main loop, its
 * retries and back-off, the requests. The two modes are in files of their own. Memory is added, onlined
 * and isolated only through `MemGuest`.
 */

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

export class MemDriver implements MemLink {
  readonly guest: MemGuest;
  readonly unplugsOnline: boolean;
  readonly counters: MemDriverCounters = {
    requests: 0,
    retries: 0,
    fakeOfflineTries: 0,
    fakeOfflineFailures: 0,
  };
  readonly #transport: DriverTransport;
  readonly #timers: Timers;
  readonly #options: MemDriverOptions;
  #queue!: DriverQueue<null>;
  #mode!: MemMode;
  #requestAddr = 0;
  #deviceBlockBytes = 0;
  #addr = 0;
  #usableEnd = 0;
  #pluggedBytes = 0;
  #requestedBytes = 0;
  #offlineBytes = 0;
  #thresholdBytes = 0;
  #needsUnplugAll = false;
  #configChanged = false;
  #workNoted = false;
  #usedNoted = false;
  #isResuming = false;
  #work: Work<Outcome> | undefined;
  #retryTimer: TimerHandle | undefined;
  #retryNs = MEM_RETRY_MIN_NS;
  #lastOutcome: Outcome = 'ok';
  #busyRanges: BusyRange[] = [];

  constructor(
    transport: DriverTransport,
    guest: MemGuest,
    timers: Timers,
    options: MemDriverOptions = {},
  ) {
    this.#transport = transport;
    this.guest = guest;
    this.#timers = timers;
    this.#options = options;
    this.unplugsOnline = options.unplugsOnline ?? true;
  }

  get pluggedBytes(): number {
    return this.#pluggedBytes;
  }

  get requestedBytes(): number {
    return this.#requestedBytes;
  }

  get mode(): MemMode {
    return this.#mode;
  }

  /** How the last run of the main loop ended. */
  get lastOutcome(): Outcome {
    return this.#lastOutcome;
  }

  get isBroken(): boolean {
    return this.#lastOutcome === 'broken';
  }

  get busyRanges(): readonly BusyRange[] {
    return this.#busyRanges;
  }

  probe(): ProbeFailure | undefined {
    const transport = this.#transport;
    const failure =
      transport.probe(DEVICE_ID_MEM) ?? transport.negotiate(WANTED, (f) => f) ?? this.#setUp();
    if (failure !== undefined) {
      transport.fail();
      return failure;
    }
    transport.start(this.#handler());
    this.#configChanged = true;
    this.retry();
    this.#run();
    return undefined;
  }

  /** Undefined while work is under way or is to be tried again. */
  save(): MemDriverState | undefined {
    const isIdle = this.#work === undefined && this.#retryTimer === undefined && !this.isBroken;
    if (!isIdle || this.#needsUnplugAll) return undefined;
    return {
      features: this.#transport.features,
      queue: this.#queue.save(),
      requestAddr: this.#requestAddr,
      deviceBlockBytes: this.#deviceBlockBytes,
      addr: this.#addr,
      usableEnd: this.#usableEnd,
      pluggedBytes: this.#pluggedBytes,
      requestedBytes: this.#requestedBytes,
      offlineBytes: this.#offlineBytes,
      mode: this.#mode.save(),
    };
  }

  /** Instead of `probe`: goes on where another driver, made with the same options, was. */
  load(state: MemDriverState): void {
    this.#transport.resume(state.features, this.#handler());
    this.#queue = DriverQueue.restore(this.#transport.memory, state.queue, null);
    this.#requestAddr = state.requestAddr;
    this.#deviceBlockBytes = state.deviceBlockBytes;
    this.#addr = state.addr;
    this.#usableEnd = state.usableEnd;
    this.#pluggedBytes = state.pluggedBytes;
    this.#requestedBytes = state.requestedBytes;
    this.#offlineBytes = state.offlineBytes;
    this.#mode = this.#chooseMode();
    this.#mode.load(state.mode);
    this.#mode.setUsableEnd(state.usableEnd);
  }

  /** May the system suspend or hibernate? Not with plugged memory, which would be lost. */
  maySuspend(): boolean {
    return this.#pluggedBytes === 0 || this.#transport.has(F_PERSISTENT_SUSPEND);
  }

  /** Asked while memory is onlined: which chunks hold plugged memory and go to the buddy allocator. */
  chunkState(addr: number, lengthBytes: number): 'plugged' | 'unplugged' | 'mixed' {
    return this.#mode.chunkState(addr, lengthBytes);
  }

  /** A memory block went online, by policy or by hand. */
  memoryOnlined(addr: number, zone: MemZone): void {
    this.#mode.onlined(addr, zone);
    if (this.#work === undefined && this.canAdd(this.#thresholdBytes / 2)) this.retry();
    this.#run();
  }

  canAdd(lengthBytes: number): boolean {
    return this.#offlineBytes + lengthBytes <= this.#thresholdBytes;
  }

  offlineChanged(lengthBytes: number): void {
    this.#offlineBytes += lengthBytes;
  }

  retry(): void {
    this.#workNoted = true;
  }

  fakeOffline(addr: number, lengthBytes: number): FakeOfflineResult | 'again' {
    const tries = this.guest.isMovable(addr) ? MOVABLE_TRIES : 1;
    for (let i = 0; i < tries; i++) {
      if (this.#configChanged) return 'again';
      this.counters.fakeOfflineTries++;
      const result = this.guest.fakeOffline(addr, lengthBytes);
      if (result !== 'busy') return result;
    }
    this.counters.fakeOfflineFailures++;
    return 'busy';
  }

  skipped(addr: number, lengthBytes: number): void {
    this.#busyRanges.push({ addr, lengthBytes });
  }

  *sendPlug(addr: number, lengthBytes: number): Work<Outcome> {
    if (this.#configChanged) return 'again';
    const answer = yield* this.#request(REQUEST_PLUG, addr, lengthBytes);
    if (answer === RESPONSE_ACK) this.#pluggedBytes += lengthBytes;
    if (answer === RESPONSE_NACK) return 'again';
    return outcomeOf(answer);
  }

  *sendUnplug(addr: number, lengthBytes: number): Work<Outcome> {
    if (this.#configChanged) return 'again';
    const answer = yield* this.#request(REQUEST_UNPLUG, addr, lengthBytes);
    if (answer === RESPONSE_ACK) this.#pluggedBytes -= lengthBytes;
    return outcomeOf(answer);
  }

  #handler(): InterruptHandler {
    return {
      configChanged: () => {
        this.#configChanged = true;
        this.#workNoted = true;
      },
      queueUsed: () => {
        this.#usedNoted = true;
      },
      work: () => this.#run(),
    };
  }

  #setUp(): ProbeFailure | undefined {
    const transport = this.#transport;
    const queue = transport.setUpQueue<null>(0);
    if (typeof queue === 'string') return queue;
    this.#queue = queue;
    const requestAddr = transport.memory.alloc(REQUEST_BYTES + RESPONSE_BYTES, 8);
    if (requestAddr === undefined) return 'no-memory';
    this.#requestAddr = requestAddr;
    this.#pluggedBytes = transport.readConfig64(CONFIG_PLUGGED_SIZE);
    this.#deviceBlockBytes = transport.readConfig64(CONFIG_BLOCK_SIZE);
    transport.readConfig16(CONFIG_NODE_ID);
    this.#addr = transport.readConfig64(CONFIG_ADDR);
    transport.readConfig64(CONFIG_REGION_SIZE);
    if (!Number.isInteger(Math.log2(this.#deviceBlockBytes))) return 'bad-config';
    this.#needsUnplugAll = this.#pluggedBytes > 0;
    this.#mode = this.#chooseMode();
    return undefined;
  }

  #chooseMode(): MemMode {
    const { memoryBlockBytes, pageblockBytes } = this.guest;
    const subblockBytes = Math.max(this.#deviceBlockBytes, pageblockBytes);
    if (subblockBytes < memoryBlockBytes && this.#options.forceBigBlocks !== true) {
      this.#thresholdBytes = Math.max(2 * memoryBlockBytes, OFFLINE_THRESHOLD_BYTES);
      return new SubBlockMode(this, this.#addr, subblockBytes);
    }
    const least = Math.max(this.#deviceBlockBytes, memoryBlockBytes);
    const bigBlockBytes = Math.max(least, this.#options.bigBlockBytes ?? 0);
    this.#thresholdBytes = Math.max(2 * bigBlockBytes, OFFLINE_THRESHOLD_BYTES);
    return new BigBlockMode(this, this.#addr, bigBlockBytes);
  }

  /** Starts or resumes the work, unless it runs further out already. */
  #run(): void {
    if (this.#isResuming) return;
    this.#isResuming = true;
    for (;;) {
      if (this.#work === undefined) {
        if (!this.#workNoted || this.isBroken) break;
        this.#workNoted = false;
        this.#retryTimer?.cancel();
        this.#retryTimer = undefined;
        this.#work = this.#mainLoop();
      }
      const step = this.#work.next();
      if (step.done === true) {
        this.#work = undefined;
        this.#end(step.value);
      } else if (!this.#takeUsedNote()) {
        break;
      }
    }
    this.#isResuming = false;
  }

  #takeUsedNote(): boolean {
    const noted = this.#usedNoted;
    this.#usedNoted = false;
    return noted;
  }

  /**
   * Linux tries again at once for as long as the device says NACK. Virtual time does not pass meanwhile,
   * so a device that never says anything else is given a pause like one that says BUSY.
   */
  *#mainLoop(): Work<Outcome> {
    for (let tries = 0; tries < AGAIN_LIMIT; tries++) {
      const outcome = yield* this.#turn();
      if (outcome !== 'again') return outcome;
    }
    return 'host-busy';
  }

  *#turn(): Work<Outcome> {
    this.#busyRanges = [];
    if (this.#needsUnplugAll) {
      const outcome = yield* this.#unplugAll();
      if (outcome !== 'ok') return outcome;
    }
    if (this.#configChanged) {
      this.#configChanged = false;
      this.#refresh();
    }
    const cleaned = yield* this.#mode.cleanUp();
    if (cleaned !== 'ok') return cleaned;
    const missing = this.#requestedBytes - this.#pluggedBytes;
    let outcome: Outcome = 'ok';
    if (missing > 0) outcome = yield* this.#mode.plug(missing);
    if (missing < 0) outcome = yield* this.#mode.unplug(-missing);
    return outcome === 'ok' && this.#mode.hasLeftover ? 'busy' : outcome;
  }

  *#unplugAll(): Work<Outcome> {
    const answer = yield* this.#request(REQUEST_UNPLUG_ALL, 0, 0);
    if (answer !== RESPONSE_ACK) return outcomeOf(answer);
    this.#needsUnplugAll = false;
    this.#pluggedBytes = 0;
    // The usable region may have shrunk without a word.
    this.#configChanged = true;
    return 'ok';
  }

  #refresh(): void {
    const transport = this.#transport;
    transport.readConfig64(CONFIG_PLUGGED_SIZE);
    const usableBytes = transport.readConfig64(CONFIG_USABLE_SIZE);
    this.#usableEnd = Math.min(this.#addr + usableBytes, this.guest.addressLimit);
    this.#mode.setUsableEnd(this.#usableEnd);
    this.#requestedBytes = transport.readConfig64(CONFIG_REQUESTED_SIZE);
  }

  #end(outcome: Outcome): void {
    this.#lastOutcome = outcome;
    if (outcome === 'ok') {
      this.#retryNs = MEM_RETRY_MIN_NS;
    } else if (outcome === 'busy' || outcome === 'host-busy' || outcome === 'no-memory') {
      this.#retryTimer = this.#timers.after(this.#retryNs, () => {
        this.#retryTimer = undefined;
        this.counters.retries++;
        this.#options.retried?.();
        this.#retryNs = Math.min(2 * this.#retryNs, MEM_RETRY_MAX_NS);
        this.retry();
        this.#run();
      });
    }
  }

  /** Sends one request and waits for its answer; -1 when the ring is broken. */
  *#request(type: number, addr: number, lengthBytes: number): Work<number> {
    const { memory } = this.#transport.memory;
    const blocks = lengthBytes / this.#deviceBlockBytes;
    this.counters.requests++;
    memory.write(this.#requestAddr, encodeRequest({ type, addr, blocks }));
    const responseAddr = this.#requestAddr + REQUEST_BYTES;
    const buffers = [
      { addr: this.#requestAddr, lengthBytes: REQUEST_BYTES },
      { addr: responseAddr, lengthBytes: RESPONSE_BYTES },
    ];
    if (!this.#queue.add(buffers, 1, null)) return -1;
    this.#transport.kick(0, this.#queue);
    while (this.#queue.takeUsed() === undefined) {
      if (this.#queue.isBroken) return -1;
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
