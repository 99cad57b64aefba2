/**
 * The host's half of Faascale's device: ranges of frames that the guest is about to use, or has done with. A range that is not the
 * guest's is skipped, as by their Firecracker; what is no message at all needs a reset.
 */

import type { FrameRange } from '../../guest/index.ts';
import type { DeviceModel, DevicePort } from '../device.ts';
import { DescriptorChain } from '../queue/chain.ts';
import {
  DEVICE_ID_FAASCALE,
  FEATURES,
  QUEUES,
  QUEUE_POPULATE,
  QUEUE_SIZE,
  RANGES_MAX,
} from './config.ts';
import type { FaascaleCounters, FaascaleHost } from './host.ts';
import { RANGE_BYTES, decodeRanges } from './message.ts';

const NO_CONFIG = new Uint8Array(0);

export class FaascaleDevice implements DeviceModel {
  readonly deviceId: number = DEVICE_ID_FAASCALE;
  readonly features: bigint = FEATURES;
  readonly queueCount: number = QUEUES;
  readonly counters: FaascaleCounters = {
    messages: 0,
    populatedPages: 0,
    depopulatedPages: 0,
    releasedPages: 0,
  };
  private readonly _host: FaascaleHost;
  private readonly _chain = new DescriptorChain();
  private _port!: DevicePort;

  constructor(host: FaascaleHost) {
    this._host = host;
  }

  attach(port: DevicePort): void {
    this._port = port;
  }

  queueSizeMax(index: number): number {
    return index < QUEUES ? QUEUE_SIZE : 0;
  }

  config(): Uint8Array {
    return NO_CONFIG;
  }

  writeConfig(): boolean {
    return false;
  }

  activate(): string | undefined {
    for (let index = 0; index < QUEUES; index += 1) {
      if (this._port.queue(index) === undefined) return 'faascale-queue-missing';
    }
    return undefined;
  }

  notify(queueIndex: number): void {
    const queue = this._port.queue(queueIndex);
    if (queue === undefined) return;
    while (queue.pop(this._chain) === 'chain') {
      const ranges = this._ranges();
      if (ranges === undefined) {
        this._port.needsReset('faascale-message');
        return;
      }
      this.counters.messages += 1;
      for (const range of ranges) this._scale(queueIndex, range);
      queue.pushUsed(this._chain.head, 0);
    }
    this._port.interruptQueue(queueIndex);
  }

  reset(): void {}

  /** One readable buffer of whole ranges; undefined when the chain is something else. */
  private _ranges(): FrameRange[] | undefined {
    const chain = this._chain;
    const bytes = chain.lengthBytes(0);
    const isMessage = chain.count === 1 && chain.readableCount === 1;
    if (!isMessage || bytes % RANGE_BYTES !== 0 || bytes > RANGES_MAX * RANGE_BYTES) {
      return undefined;
    }
    const message = this._port.memory.read(chain.addr(0), bytes);
    return message === undefined ? undefined : decodeRanges(message);
  }

  private _scale(queueIndex: number, { start, count }: FrameRange): void {
    const { counters, _host: host } = this;
    if (start + count > host.frames) {
      this._port.violation('faascale-range');
      return;
    }
    if (queueIndex === QUEUE_POPULATE) {
      host.populate(start, count);
      counters.populatedPages += count;
      return;
    }
    counters.releasedPages += Math.max(0, host.depopulate(start, count));
    counters.depopulatedPages += count;
  }
}
