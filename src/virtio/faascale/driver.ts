/**
 * The guest's half of Faascale's device: the blocks of a cgroup are told of before they are used, and when they are not used any
 * more, up to 128 in a message, each of which is waited for.
 */

import type { FrameRange } from '../../guest/index.ts';
import type { DriverQueue } from '../queue/driver-queue.ts';
import type { DriverTransport, ProbeFailure } from '../transport.ts';
import {
  DEVICE_ID_FAASCALE,
  QUEUES,
  QUEUE_DEPOPULATE,
  QUEUE_POPULATE,
  RANGES_MAX,
} from './config.ts';
import { RANGE_BYTES, encodeRanges } from './message.ts';

/** The answer is in the ring when it interrupts: whoever waits looks there. */
export function acknowledged(): void {}

export class FaascaleDriver {
  private readonly _transport: DriverTransport;
  private readonly _queues: DriverQueue<null>[] = [];
  private _addr = 0;

  constructor(transport: DriverTransport) {
    this._transport = transport;
  }

  probe(): ProbeFailure | undefined {
    const transport = this._transport;
    const failure =
      transport.probe(DEVICE_ID_FAASCALE) ?? transport.negotiate(0n, (f) => f) ?? this._setUp();
    if (failure === undefined) {
      transport.start({ configChanged: acknowledged, queueUsed: acknowledged, work: acknowledged });
    } else {
      transport.fail();
    }
    return failure;
  }

  /** Blocks are about to be used. Whether the host has heard of all of them. */
  populate(ranges: readonly FrameRange[]): boolean {
    return this._tell(QUEUE_POPULATE, ranges);
  }

  /** Blocks are used no more. */
  depopulate(ranges: readonly FrameRange[]): boolean {
    return this._tell(QUEUE_DEPOPULATE, ranges);
  }

  private _setUp(): ProbeFailure | undefined {
    for (let index = 0; index < QUEUES; index += 1) {
      const queue = this._transport.setUpQueue<null>(index);
      if (typeof queue === 'string') return queue;
      this._queues.push(queue);
    }
    const addr = this._transport.memory.alloc(RANGES_MAX * RANGE_BYTES, RANGE_BYTES);
    if (addr === undefined) return 'no-memory';
    this._addr = addr;
    return undefined;
  }

  private _tell(index: number, ranges: readonly FrameRange[]): boolean {
    for (let at = 0; at < ranges.length; at += RANGES_MAX) {
      if (!this._send(index, encodeRanges(ranges.slice(at, at + RANGES_MAX)))) return false;
    }
    return true;
  }

  /** Sends a message and waits until it was used. */
  private _send(index: number, message: Uint8Array): boolean {
    const queue = this._queues[index];
    if (queue === undefined) return false;
    const { memory } = this._transport.memory;
    memory.write(this._addr, message);
    if (!queue.add([{ addr: this._addr, lengthBytes: message.length }], 1, null)) return false;
    this._transport.kick(index, queue);
    return queue.takeUsed() !== undefined;
  }
}
