/**
 * The device side of a split virtqueue: takes chains from the available ring, returns them on the used
 * ring. The driver is not trusted: the first violation stops the queue for good and is reported as a
 * value, never as an exception.
 */

import { AVAIL_NO_INTERRUPT, QUEUE_SIZE_LIMIT } from '../constants.ts';
import type { GuestBytes } from '../memory.ts';
import type { DescriptorChain } from './chain.ts';
import type { QueueFault } from './fault.ts';
import { checkLayout, type QueueLayout, type QueueOptions } from './layout.ts';
import { needEvent } from './need-event.ts';

export type PopResult = 'chain' | 'empty' | 'fault';

/** What a device queue must remember beside the bytes in guest memory. */
export interface DeviceQueueState {
  readonly nextAvail: number;
  readonly nextUsed: number;
  readonly signalledUsed: number;
}

export class DeviceQueue {
  readonly layout: QueueLayout;
  readonly options: QueueOptions;
  private readonly _memory: GuestBytes;
  /** Free-running 16-bit indexes, as in the rings. */
  private _nextAvail = 0;
  private _nextUsed = 0;
  private _signalledUsed = 0;
  private _fault: QueueFault | undefined;

  /** `sizeMax`: the largest size that the device offers. */
  constructor(
    memory: GuestBytes,
    layout: QueueLayout,
    options: QueueOptions,
    sizeMax: number = QUEUE_SIZE_LIMIT,
  ) {
    this._memory = memory;
    this.layout = layout;
    this.options = options;
    this._fault = checkLayout(memory, layout, sizeMax);
  }

  get fault(): QueueFault | undefined {
    return this._fault;
  }

  /** Takes the next available chain into `chain`. After a fault every call says 'fault'. */
  pop(chain: DescriptorChain): PopResult {
    if (this._fault !== undefined) return 'fault';
    const { size, descAddr, availAddr } = this.layout;
    const memory = this._memory;
    const availIdx = memory.readU16(availAddr + 2);
    if (availIdx === undefined) return this._fail('ring-bounds');
    const pending = (availIdx - this._nextAvail) & 0xffff;
    if (pending === 0) return 'empty';
    if (pending > size) return this._fail('avail-index-jump');
    const head = memory.readU16(availAddr + 4 + 2 * (this._nextAvail % size));
    if (head === undefined) return this._fail('ring-bounds');
    const fault = chain.walk(memory, descAddr, size, head, this.options.indirect);
    if (fault !== undefined) return this._fail(fault);
    this._nextAvail = (this._nextAvail + 1) & 0xffff;
    if (this.options.eventIdx) this._writeAvailEvent();
    return 'chain';
  }

  /** Puts the chain popped last back, so that the next pop gives it again. */
  undoPop(): void {
    this._nextAvail = (this._nextAvail - 1) & 0xffff;
    if (this.options.eventIdx) this._writeAvailEvent();
  }

  /** Returns a chain. `writtenBytes` counts the device-writable part only. */
  pushUsed(head: number, writtenBytes: number): boolean {
    if (this._fault !== undefined) return false;
    const { size, usedAddr } = this.layout;
    const elementAddr = usedAddr + 4 + 8 * (this._nextUsed % size);
    const next = (this._nextUsed + 1) & 0xffff;
    const written =
      this._memory.writeU32(elementAddr, head) &&
      this._memory.writeU32(elementAddr + 4, writtenBytes) &&
      this._memory.writeU16(usedAddr + 2, next);
    if (!written) {
      this._fault = 'ring-bounds';
      return false;
    }
    this._nextUsed = next;
    return true;
  }

  /** Does the driver want an interrupt for what was used since the last call? */
  takeInterrupt(): boolean {
    const old = this._signalledUsed;
    this._signalledUsed = this._nextUsed;
    if (old === this._nextUsed) return false;
    const { size, availAddr } = this.layout;
    if (this.options.eventIdx) {
      const event = this._memory.readU16(availAddr + 4 + 2 * size);
      return event === undefined || needEvent(event, this._nextUsed, old);
    }
    const flags = this._memory.readU16(availAddr) ?? 0;
    return (flags & AVAIL_NO_INTERRUPT) === 0;
  }

  save(): DeviceQueueState {
    return {
      nextAvail: this._nextAvail,
      nextUsed: this._nextUsed,
      signalledUsed: this._signalledUsed,
    };
  }

  load(state: DeviceQueueState): void {
    this._nextAvail = state.nextAvail;
    this._nextUsed = state.nextUsed;
    this._signalledUsed = state.signalledUsed;
  }

  private _writeAvailEvent(): void {
    const { size, usedAddr } = this.layout;
    this._memory.writeU16(usedAddr + 4 + 8 * size, this._nextAvail);
  }

  private _fail(fault: QueueFault): PopResult {
    this._fault = fault;
    return 'fault';
  }
}
