/** Free page hinting and reporting on the driver's side (docs/linux-memory.md C.8, C.10). */

import type { DriverQueue, QueueBuffer } from '../queue/driver-queue.ts';
import type { DriverTransport } from '../transport.ts';
import { BALLOON_PAGE_BYTES, CONFIG_HINT_CMD_ID, HINT_DONE, HINT_STOP } from './config.ts';
import { HINT_BLOCK_PAGES, type BalloonGuest } from './guest.ts';

export interface HintDriverState {
  readonly addr: number;
  readonly held: readonly number[];
  readonly receivedCmdId: number;
  readonly activeCmdId: number;
}

export class HintDriver {
  readonly #transport: DriverTransport;
  readonly #guest: BalloonGuest;
  readonly #index: number;
  readonly #queue: DriverQueue<null>;
  /** The run's id at +0, the constant STOP at +4: buffers the device reads. */
  readonly #addr: number;
  /** Blocks hinted and not yet given back, the newest last. */
  readonly #held: number[] = [];
  #configNoted = false;
  #workNoted = false;
  #receivedCmdId = HINT_STOP;
  #activeCmdId = HINT_STOP;
  #isRunning = false;

  constructor(
    transport: DriverTransport,
    guest: BalloonGuest,
    place: { readonly index: number; readonly queue: DriverQueue<null> },
    addr: number,
  ) {
    this.#transport = transport;
    this.#guest = guest;
    this.#index = place.index;
    this.#queue = place.queue;
    this.#addr = addr;
  }

  noteConfig(): void {
    this.#configNoted = true;
    this.#workNoted = true;
  }

  /** Does what was noted; false when there was nothing to do. */
  work(): boolean {
    if (this.#isRunning) return this.#run();
    if (!this.#workNoted) return false;
    this.#workNoted = false;
    const cmdId = this.#readCmdId();
    if (cmdId === HINT_DONE) {
      this.shrink(Infinity);
    } else if (cmdId !== HINT_STOP && cmdId !== this.#activeCmdId) {
      this.#activeCmdId = cmdId;
      this.#isRunning = this.#sendCommand(this.#addr, cmdId);
    }
    return true;
  }

  /** Pages hinted and not yet given back. */
  get pages(): number {
    return this.#held.length * HINT_BLOCK_PAGES;
  }

  /** Gives back blocks worth at least `pages`, the newest first. Returns pages freed. */
  shrink(pages: number): number {
    let freed = 0;
    while (freed < pages) {
      const pfn = this.#held.pop();
      if (pfn === undefined) break;
      this.#guest.releaseHintBlock(pfn);
      freed += HINT_BLOCK_PAGES;
    }
    return freed;
  }

  /** Undefined while a run is under way. */
  save(): HintDriverState | undefined {
    if (this.#isRunning) return undefined;
    return {
      addr: this.#addr,
      held: [...this.#held],
      receivedCmdId: this.#receivedCmdId,
      activeCmdId: this.#activeCmdId,
    };
  }

  load(state: HintDriverState): void {
    this.#held.push(...state.held);
    this.#receivedCmdId = state.receivedCmdId;
    this.#activeCmdId = state.activeCmdId;
  }

  /**
   * Sends free blocks until there are none, the host stops, or the ring is full. Linux spins on a full
   * ring; here the work goes on when the device has used something, so a slow device cannot hang it.
   * Returns whether it did anything.
   */
  #run(): boolean {
    let sent = 0;
    while (this.#readCmdId() === this.#activeCmdId && !this.#queue.isBroken) {
      this.#detachUsed();
      if (this.#queue.freeCount <= 1) return sent > 0;
      const pfn = this.#guest.allocHintBlock();
      if (pfn === undefined) break;
      const lengthBytes = HINT_BLOCK_PAGES * BALLOON_PAGE_BYTES;
      this.#queue.add([{ addr: pfn * BALLOON_PAGE_BYTES, lengthBytes }], 0, null);
      this.#transport.kick(this.#index, this.#queue);
      this.#held.push(pfn);
      sent++;
    }
    this.#isRunning = false;
    this.#sendCommand(this.#addr + 4, HINT_STOP);
    return true;
  }

  #sendCommand(addr: number, cmdId: number): boolean {
    this.#detachUsed();
    this.#transport.memory.memory.writeU32(addr, cmdId);
    if (!this.#queue.add([{ addr, lengthBytes: 4 }], 1, null)) return false;
    this.#transport.kick(this.#index, this.#queue);
    return true;
  }

  /** The config space is read again only after the device said that it changed. */
  #readCmdId(): number {
    if (this.#configNoted) {
      this.#configNoted = false;
      this.#receivedCmdId = this.#transport.readConfig32(CONFIG_HINT_CMD_ID);
    }
    return this.#receivedCmdId;
  }

  #detachUsed(): void {
    while (this.#queue.takeUsed() !== undefined) {
      // The device is done with it; the block stays held until DONE.
    }
  }
}

/** Builds report chains: up to `capacity` device-writable buffers, one for each free block. */
export class ReportDriver {
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Undefined when there are none or too many blocks. */
  buffers(
    pfns: ArrayLike<number>,
    orders: ArrayLike<number>,
    count: number,
  ): QueueBuffer[] | undefined {
    if (count < 1 || count > this.#capacity) return undefined;
    return Array.from({ length: count }, (_, i) => ({
      addr: (pfns[i] ?? 0) * BALLOON_PAGE_BYTES,
      lengthBytes: BALLOON_PAGE_BYTES << (orders[i] ?? 0),
    }));
  }
}
