/** A device's queue that somebody looks at: each chain that goes back is told, with what its driver wrote and the device answered. */

import { FRAME_BYTES } from '../../abi/unit.ts';
import type { GuestBytes } from '../memory.ts';
import { DescriptorChain } from './chain.ts';
import { DeviceQueue } from './device-queue.ts';

/** A message that a driver put on a queue, and what came back. */
export interface RingMessage {
  /** Number of the queue. */
  readonly queue: number;
  /** Index of the first descriptor. */
  readonly head: number;
  /** What its descriptors name, in order. */
  readonly buffers: readonly {
    readonly addr: number;
    readonly lengthBytes: number;
    readonly isWritable: boolean;
  }[];
  /** Contents of the buffers for the device, a page of them at most. */
  readonly said: Uint8Array;
  /** What the device says it wrote into the others, a page of it at most. */
  readonly answered: Uint8Array;
}

/** Bytes of buffers of one kind after each other, `limitBytes` at most. */
function contents(
  memory: GuestBytes,
  buffers: RingMessage['buffers'],
  limitBytes: number,
): Uint8Array {
  const bytes: number[] = [];
  for (const { addr, lengthBytes } of buffers) {
    const part = Math.min(lengthBytes, limitBytes - bytes.length);
    if (part > 0) bytes.push(...(memory.read(addr, part) ?? []));
  }
  return Uint8Array.from(bytes);
}

export class WatchedQueue extends DeviceQueue {
  private readonly _bytes: GuestBytes;
  private readonly _index: number;
  private readonly _heard: (message: RingMessage) => void;

  /** Goes on where `queue` stands. */
  constructor(
    memory: GuestBytes,
    queue: DeviceQueue,
    index: number,
    heard: (message: RingMessage) => void,
  ) {
    super(memory, queue.layout, queue.options);
    this.load(queue.save());
    this._bytes = memory;
    this._index = index;
    this._heard = heard;
  }

  /** The driver has not been told yet: descriptors and buffers are as they were. */
  override pushUsed(head: number, writtenBytes: number): boolean {
    const { layout, options } = this;
    const chain = new DescriptorChain();
    chain.walk(this._bytes, layout.descAddr, layout.size, head, options.indirect);
    const buffers = Array.from({ length: chain.count }, (_, at) => ({
      addr: chain.addr(at),
      lengthBytes: chain.lengthBytes(at),
      isWritable: chain.isWritable(at),
    }));
    const readable = buffers.slice(0, chain.readableCount);
    const writable = buffers.slice(chain.readableCount);
    this._heard({
      queue: this._index,
      head,
      buffers,
      said: contents(this._bytes, readable, FRAME_BYTES),
      answered: contents(this._bytes, writable, Math.min(writtenBytes, FRAME_BYTES)),
    });
    return super.pushUsed(head, writtenBytes);
  }
}
