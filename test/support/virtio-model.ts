/** A virtio device that does nothing by itself: it keeps what it is sent until the test answers. */

import {
  BumpMemory,
  connect,
  type Connection,
  DescriptorChain,
  type DeviceModel,
  type DevicePolicy,
  type DevicePort,
  VirtioDevice,
} from '../../src/virtio/index.ts';
import { FlatGuestMemory } from './virtio.ts';

export const V1: bigint = 1n << 32n;

export interface HeldChain {
  readonly queueIndex: number;
  readonly head: number;
  /** Address, length and direction of each buffer. */
  readonly buffers: readonly { addr: number; lengthBytes: number; isWritable: boolean }[];
}

export class HoldingModel implements DeviceModel {
  readonly deviceId: number;
  features: bigint;
  readonly queueSizes: readonly number[];
  readonly bytes: Uint8Array;
  /** What happened, in order. */
  readonly log: string[] = [];
  readonly held: HeldChain[] = [];
  /** Answers each chain at once instead of keeping it. */
  answersAtOnce = false;
  refusal: string | undefined;
  port!: DevicePort;
  readonly #chain = new DescriptorChain();

  constructor(deviceId: number, features: bigint, queueSizes: readonly number[], configBytes = 16) {
    this.deviceId = deviceId;
    this.features = features;
    this.queueSizes = queueSizes;
    this.bytes = new Uint8Array(configBytes);
  }

  attach(port: DevicePort): void {
    this.port = port;
  }

  get queueCount(): number {
    return this.queueSizes.length;
  }

  queueSizeMax(index: number): number {
    return this.queueSizes[index] ?? 0;
  }

  config(): Uint8Array {
    return this.bytes;
  }

  writeConfig(offset: number, bytes: Uint8Array): boolean {
    this.log.push(`config ${offset} ${bytes.join(' ')}`);
    this.bytes.set(bytes, offset);
    return true;
  }

  activate(): string | undefined {
    this.log.push('activate');
    return this.refusal;
  }

  notify(queueIndex: number): void {
    this.log.push(`notify ${queueIndex}`);
    const queue = this.port.queue(queueIndex);
    const chain = this.#chain;
    while (queue?.pop(chain) === 'chain') {
      const buffers = Array.from({ length: chain.count }, (_, i) => ({
        addr: chain.addr(i),
        lengthBytes: chain.lengthBytes(i),
        isWritable: chain.isWritable(i),
      }));
      this.held.push({ queueIndex, head: chain.head, buffers });
      if (this.answersAtOnce) this.answer(0);
    }
  }

  reset(): void {
    this.log.push('reset');
  }

  /** Returns the oldest chain to the driver. */
  answer(writtenBytes: number): void {
    const chain = this.held.shift();
    if (chain === undefined) throw new Error('the device holds no chain');
    this.port.queue(chain.queueIndex)?.pushUsed(chain.head, writtenBytes);
    this.port.interruptQueue(chain.queueIndex);
  }

  /** Sets a 32-bit field of the config space and says so. */
  setConfig32(offset: number, value: number): void {
    new DataView(this.bytes.buffer).setUint32(offset, value, true);
    this.port.configChanged();
  }
}

export interface ModelRig extends Connection {
  readonly memory: FlatGuestMemory;
  readonly source: BumpMemory;
  readonly device: VirtioDevice;
}

/** A device around the model, connected, with driver's memory from 0x1000 on. */
export function around(
  model: DeviceModel,
  policy?: DevicePolicy,
  memoryBytes: number = 1 << 20,
): ModelRig {
  const memory = new FlatGuestMemory(memoryBytes);
  const source = new BumpMemory(memory, 0x1000);
  const device = new VirtioDevice(model, memory, policy);
  return { memory, source, device, ...connect(device, source) };
}
