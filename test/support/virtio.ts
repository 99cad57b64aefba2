/** Memory, clock and guests that the virtio tests script. */

import {
  BumpMemory,
  connect,
  FlatMemory,
  type BalloonGuest,
  type BalloonHost,
  type BalloonStats,
  type DriverQueue,
  type DriverTransport,
  type VirtioDevice,
} from '../../src/virtio/index.ts';

/** Guest memory as one array, with a view for people. */
export class FlatGuestMemory extends FlatMemory {
  hex(addr: number, lengthBytes: number): string {
    return hex(this.bytes.subarray(addr, addr + lengthBytes));
  }
}

export { BumpMemory };

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

/** Frames 0 … pages-1, each backed or not. */
export class TestHost implements BalloonHost {
  readonly backed: Uint8Array;
  readonly discards: [number, number][] = [];
  readonly needs: [number, number][] = [];
  readonly notes: [number, number][] = [];
  readonly actuals: [number, number][] = [];

  constructor(pages: number) {
    this.backed = new Uint8Array(pages).fill(1);
  }

  discard(pfn: number, count: number): number {
    if (pfn + count > this.backed.length) return -1;
    this.discards.push([pfn, count]);
    let released = 0;
    for (let i = pfn; i < pfn + count; i++) released += this.backed[i] ?? 0;
    this.backed.fill(0, pfn, pfn + count);
    return released;
  }

  willNeed(pfn: number, count: number): void {
    this.needs.push([pfn, count]);
  }

  noteFree(pfn: number, count: number): void {
    this.notes.push([pfn, count]);
  }

  actualChanged(pages: number, oldPages: number): void {
    this.actuals.push([pages, oldPages]);
  }
}

export const NO_STATS: BalloonStats = {
  swapInBytes: 0,
  swapOutBytes: 0,
  majorFaults: 0,
  minorFaults: 0,
  freeBytes: 0,
  totalBytes: 0,
  availableBytes: 0,
  cachesBytes: 0,
  hugetlbAllocs: 0,
  hugetlbFails: 0,
  oomKills: 0,
  allocStalls: 0,
  asyncScanBytes: 0,
  directScanBytes: 0,
  asyncReclaimBytes: 0,
  directReclaimBytes: 0,
};

/** Gives frames in a scripted order and remembers what happened to them. */
export class TestBalloonGuest implements BalloonGuest {
  free: number[];
  hintBlocks: number[] = [];
  poison: 'none' | 'init-on-free' | 'page-poisoning' = 'none';
  managedPages = 0;
  entered: number[] = [];
  released: number[] = [];
  migrated: [number, number, boolean][] = [];
  current: BalloonStats = NO_STATS;

  constructor(pfns: Iterable<number>) {
    this.free = Array.from(pfns);
  }

  allocPages(pfns: Uint32Array, count: number): number {
    const got = this.free.splice(0, count);
    pfns.set(got);
    return got.length;
  }

  enterBalloon(pfns: Uint32Array, count: number, adjustManaged: boolean): void {
    this.entered.push(...pfns.subarray(0, count));
    if (adjustManaged) this.managedPages -= count;
  }

  releasePages(pfns: Uint32Array, count: number, adjustManaged: boolean): void {
    this.released.push(...pfns.subarray(0, count));
    this.free.push(...pfns.subarray(0, count));
    if (adjustManaged) this.managedPages += count;
  }

  pageMigrated(oldPfn: number, newPfn: number, adjustManaged: boolean): void {
    this.migrated.push([oldPfn, newPfn, adjustManaged]);
  }

  stats(): BalloonStats {
    return this.current;
  }

  allocHintBlock(): number | undefined {
    return this.hintBlocks.shift();
  }

  releaseHintBlock(pfn: number): void {
    this.hintBlocks.push(pfn);
  }
}

export function range(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

/** Drives a device by hand: any buffers on any queue, without the rules of a particular driver. */
export class RawDriver {
  readonly memory: FlatGuestMemory;
  readonly device: VirtioDevice;
  readonly queues: DriverQueue<number>[] = [];
  configInterrupts = 0;
  readonly #transport: DriverTransport;
  readonly #source: BumpMemory;

  constructor(
    device: VirtioDevice,
    memory: FlatGuestMemory,
    deviceId: number,
    wanted: bigint = ~0n,
  ) {
    this.memory = memory;
    this.device = device;
    this.#source = new BumpMemory(memory, 0x1000);
    this.#transport = connect(device, this.#source).transport;
    const failure =
      this.#transport.probe(deviceId) ??
      this.#transport.negotiate(wanted & ~((1n << 28n) | (1n << 29n)), (features) => features);
    if (failure !== undefined) throw new Error(failure);
    for (let i = 0; ; i++) {
      const queue = this.#transport.setUpQueue<number>(i);
      if (typeof queue === 'string') break;
      this.queues.push(queue);
    }
    this.#transport.start({
      configChanged: () => this.configInterrupts++,
      queueUsed: () => {},
      work: () => {},
    });
  }

  /** Puts bytes into guest memory and says where. */
  put(bytes: ArrayLike<number>): { addr: number; lengthBytes: number } {
    const addr = this.#source.alloc(Math.max(1, bytes.length), 16) ?? 0;
    this.memory.write(addr, Uint8Array.from(bytes));
    return { addr, lengthBytes: bytes.length };
  }

  pfns(...pfns: number[]): { addr: number; lengthBytes: number } {
    return this.put(new Uint8Array(Uint32Array.from(pfns).buffer));
  }

  /** Sends a chain; the used length, or undefined when the device kept it. */
  send(
    queueIndex: number,
    buffers: readonly { addr: number; lengthBytes: number }[],
    readableCount: number = buffers.length,
  ): number | undefined {
    const queue = this.queues[queueIndex];
    if (queue === undefined || !queue.add(buffers, readableCount, 0)) throw new Error('no queue');
    this.#transport.kick(queueIndex, queue);
    return queue.takeUsed()?.writtenBytes;
  }
}
