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
  private readonly _transport: DriverTransport;
  private readonly _guest: BalloonGuest;
  private readonly _index: number;
  private readonly _queue: DriverQueue<null>;
  /** The run's id at +0, the constant STOP at +4: buffers the device reads. */
  private readonly _addr: number;
  /** Blocks hinted and not yet given back, the newest last. */
  private readonly _held: number[] = [];
  private _configNoted = false;
  private _workNoted = false;
  private _receivedCmdId = HINT_STOP;
  private _activeCmdId = HINT_STOP;
  private _isRunning = false;

  constructor(
    transport: DriverTransport,
    guest: BalloonGuest,
    place: { readonly index: number; readonly queue: DriverQueue<null> },
    addr: number,
  ) {
    this._transport = transport;
    this._guest = guest;
    this._index = place.index;
    this._queue = place.queue;
    this._addr = addr;
  }

  noteConfig(): void {
    this._configNoted = true;
    this._workNoted = true;
  }

  /** Does what was noted; false when there was nothing to do. */
  work(): boolean {
    if (this._isRunning) return this._run();
    if (!this._workNoted) return false;
    this._workNoted = false;
    const cmdId = this._readCmdId();
    if (cmdId === HINT_DONE) {
      this.shrink(Infinity);
    } else if (cmdId !== HINT_STOP && cmdId !== this._activeCmdId) {
      this._activeCmdId = cmdId;
      this._isRunning = this._sendCommand(this._addr, cmdId);
    }
    return true;
  }

  /** Pages hinted and not yet given back. */
  get pages(): number {
    return this._held.length * HINT_BLOCK_PAGES;
  }

  /** Gives back blocks worth at least `pages`, the newest first. Returns pages freed. */
  shrink(pages: number): number {
    let freed = 0;
    while (freed < pages) {
      const pfn = this._held.pop();
      if (pfn === undefined) break;
      this._guest.releaseHintBlock(pfn);
      freed += HINT_BLOCK_PAGES;
    }
    return freed;
  }

  /** Undefined while a run is under way. */
  save(): HintDriverState | undefined {
    if (this._isRunning) return undefined;
    return {
      addr: this._addr,
      held: [...this._held],
      receivedCmdId: this._receivedCmdId,
      activeCmdId: this._activeCmdId,
    };
  }

  load(state: HintDriverState): void {
    this._held.push(...state.held);
    this._receivedCmdId = state.receivedCmdId;
    this._activeCmdId = state.activeCmdId;
  }

  /**
   * Sends free blocks until there are none, the host stops, or the ring is full. Linux spins on a full
   * ring; here the work goes on when the device has used something, so a slow device cannot hang it.
   * Returns whether it did anything.
   */
  private _run(): boolean {
    let sent = 0;
    while (this._readCmdId() === this._activeCmdId && !this._queue.isBroken) {
      this._detachUsed();
      if (this._queue.freeCount <= 1) return sent > 0;
      const pfn = this._guest.allocHintBlock();
      if (pfn === undefined) break;
      const lengthBytes = HINT_BLOCK_PAGES * BALLOON_PAGE_BYTES;
      this._queue.add([{ addr: pfn * BALLOON_PAGE_BYTES, lengthBytes }], 0, null);
      this._transport.kick(this._index, this._queue);
      this._held.push(pfn);
      sent++;
    }
    this._isRunning = false;
    this._sendCommand(this._addr + 4, HINT_STOP);
    return true;
  }

  private _sendCommand(addr: number, cmdId: number): boolean {
    this._detachUsed();
    this._transport.memory.memory.writeU32(addr, cmdId);
    if (!this._queue.add([{ addr, lengthBytes: 4 }], 1, null)) return false;
    this._transport.kick(this._index, this._queue);
    return true;
  }

  /** The config space is read again only after the device said that it changed. */
  private _readCmdId(): number {
    if (this._configNoted) {
      this._configNoted = false;
      this._receivedCmdId = this._transport.readConfig32(CONFIG_HINT_CMD_ID);
    }
    return this._receivedCmdId;
  }

  private _detachUsed(): void {
    while (this._queue.takeUsed() !== undefined) {
      // The device is done with it; the block stays held until DONE.
    }
  }
}

/** Builds report chains: up to `capacity` device-writable buffers, one for each free block. */
export class ReportDriver {
  private readonly _capacity: number;

  constructor(capacity: number) {
    this._capacity = capacity;
  }

  /** Undefined when there are none or too many blocks. */
  buffers(
    pfns: ArrayLike<number>,
    orders: ArrayLike<number>,
    count: number,
  ): QueueBuffer[] | undefined {
    if (count < 1 || count > this._capacity) return undefined;
    return Array.from({ length: count }, (_, i) => ({
      addr: (pfns[i] ?? 0) * BALLOON_PAGE_BYTES,
      lengthBytes: BALLOON_PAGE_BYTES << (orders[i] ?? 0),
    }));
  }
}
