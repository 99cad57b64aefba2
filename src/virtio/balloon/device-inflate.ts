/** The inflate and deflate queues of a balloon device: frame numbers in, discards and advice out. */

import type { DevicePort } from '../device.ts';
import type { DescriptorChain } from '../queue/chain.ts';
import type { DeviceQueue } from '../queue/device-queue.ts';
import { BALLOON_PAGE_BYTES, PFN_BYTES } from './config.ts';
import type { BalloonCounters, BalloonHost } from './host.ts';
import type { BalloonProfile } from './profiles.ts';

/** How many frame numbers Firecracker gathers before it sorts and discards them. */
const RANGE_BUFFER_PFNS = 2048;
/** Frame numbers read from guest memory at a time. */
const CHUNK_PFNS = 1024;

export class InflateWork {
  /** Set while discards must not happen (a device assigned to the guest, a snapshot being taken). */
  inhibited = false;
  readonly #profile: BalloonProfile;
  readonly #port: DevicePort;
  readonly #host: BalloonHost;
  readonly #counters: BalloonCounters;
  readonly #subpages: number;
  /** Pages that a frame number stands for. */
  readonly #blockPages: number;
  readonly #seen: Uint8Array;
  readonly #gathered = new Uint32Array(RANGE_BUFFER_PFNS);
  #gatheredCount = 0;
  /** First frame of the host page whose subpages are in `#seen`; -1 for none. */
  #partialPfn = -1;
  #seenCount = 0;

  constructor(
    profile: BalloonProfile,
    port: DevicePort,
    host: BalloonHost,
    counters: BalloonCounters,
    hostPageBytes: number,
    blockPages: number,
  ) {
    this.#profile = profile;
    this.#port = port;
    this.#host = host;
    this.#counters = counters;
    this.#blockPages = blockPages;
    this.#subpages = Math.max(1, hostPageBytes / BALLOON_PAGE_BYTES);
    this.#seen = new Uint8Array(this.#subpages);
  }

  reset(): void {
    this.#dropPartial();
    this.#gatheredCount = 0;
  }

  /** Handles every chain on the inflate queue. */
  inflate(queue: DeviceQueue, chain: DescriptorChain): void {
    while (queue.pop(chain) === 'chain') {
      this.#counters.inflateRequests++;
      const { method, maxHeadBytes } = this.#profile.inflate;
      if (!chain.isWritable(0) && chain.lengthBytes(0) > maxHeadBytes && isWhole(chain)) {
        this.#port.violation('inflate-too-long');
        continue;
      }
      if (!this.#accept(chain)) return;
      if (method === 'ranges') {
        const pfns = chain.isWritable(0) || !isWhole(chain) ? 0 : chain.lengthBytes(0) / PFN_BYTES;
        if (this.#gatheredCount + pfns > RANGE_BUFFER_PFNS) this.#flushRanges();
      }
      if (!this.#readPfns(chain, (pfn) => this.#inflatePage(pfn))) return;
      if (this.#profile.inflate.partialScope === 'chain') this.#dropPartial();
      queue.pushUsed(chain.head, this.#usedLength(chain));
    }
    this.#flushRanges();
  }

  /** Handles every chain on the deflate queue. */
  deflate(queue: DeviceQueue, chain: DescriptorChain): void {
    while (queue.pop(chain) === 'chain') {
      this.#counters.deflateRequests++;
      if (!this.#accept(chain)) return;
      if (!this.#readPfns(chain, (pfn) => this.#deflatePage(pfn))) return;
      queue.pushUsed(chain.head, this.#usedLength(chain));
    }
  }

  /** False when the device gives up on a malformed request. */
  #accept(chain: DescriptorChain): boolean {
    if (!chain.isWritable(0) && isWhole(chain)) return true;
    if (this.#profile.inflate.malformed !== 'stop') {
      this.#port.violation('inflate-malformed');
      return true;
    }
    this.#port.needsReset('inflate-malformed');
    return false;
  }

  #usedLength(chain: DescriptorChain): number {
    return this.#profile.inflate.usedLength === 'request' ? chain.lengthBytes(0) : 0;
  }

  /** Gives each frame number of the request to `page`; false when the device stopped. */
  #readPfns(chain: DescriptorChain, page: (pfn: number) => boolean): boolean {
    const { headOnly, malformed } = this.#profile.inflate;
    if (malformed === 'ignore' && (chain.isWritable(0) || !isWhole(chain))) return true;
    const buffers = headOnly ? Math.min(1, chain.readableCount) : chain.readableCount;
    for (let i = 0; i < buffers; i++) {
      if (!this.#readBuffer(chain.addr(i), chain.lengthBytes(i), page)) return false;
    }
    return true;
  }

  #readBuffer(addr: number, lengthBytes: number, page: (pfn: number) => boolean): boolean {
    const count = Math.floor(lengthBytes / PFN_BYTES);
    for (let done = 0; done < count; done += CHUNK_PFNS) {
      const chunk = Math.min(CHUNK_PFNS, count - done);
      const bytes = this.#port.memory.read(addr + done * PFN_BYTES, chunk * PFN_BYTES);
      if (bytes === undefined) return true;
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (let i = 0; i < chunk; i++) {
        if (!page(view.getUint32(i * PFN_BYTES, true))) return false;
      }
    }
    return true;
  }

  #inflatePage(pfn: number): boolean {
    this.#counters.inflatedPages += this.#blockPages;
    if (this.#blockPages > 1) return this.#discard(pfn, this.#blockPages);
    if (this.#profile.inflate.method === 'ranges') {
      if (this.#gatheredCount === RANGE_BUFFER_PFNS) this.#flushRanges();
      this.#gathered[this.#gatheredCount++] = pfn;
      return true;
    }
    if (this.#subpages === 1) return this.#discard(pfn, 1);
    return this.#inflateSubpage(pfn);
  }

  /** Host pages larger than the protocol's go only when all their subpages were named. */
  #inflateSubpage(pfn: number): boolean {
    const sub = pfn % this.#subpages;
    const base = pfn - sub;
    if (base !== this.#partialPfn) {
      this.#dropPartial();
      this.#partialPfn = base;
    }
    if (this.#seen[sub] === 0) {
      this.#seen[sub] = 1;
      this.#seenCount++;
    }
    if (this.#seenCount < this.#subpages) return true;
    this.#dropPartial();
    return this.#discard(base, this.#subpages);
  }

  #dropPartial(): void {
    if (this.#partialPfn === -1) return;
    this.#partialPfn = -1;
    this.#seenCount = 0;
    this.#seen.fill(0);
  }

  #deflatePage(pfn: number): boolean {
    this.#counters.deflatedPages += this.#blockPages;
    if (!this.#profile.deflateAdvises) return true;
    const pages = Math.max(this.#subpages, this.#blockPages);
    this.#counters.willNeedCalls++;
    this.#host.willNeed(pfn - (pfn % pages), pages);
    return true;
  }

  #flushRanges(): void {
    const pfns = this.#gathered.subarray(0, this.#gatheredCount).toSorted();
    this.#gatheredCount = 0;
    let start = 0;
    for (let i = 1; i <= pfns.length; i++) {
      const previous = pfns[i - 1] ?? 0;
      if (i < pfns.length && (pfns[i] ?? 0) - previous <= 1) continue;
      const first = pfns[start] ?? 0;
      this.#discard(first, previous - first + 1);
      start = i;
    }
  }

  /** False when the device stops because of it. */
  #discard(pfn: number, count: number): boolean {
    if (this.inhibited) return true;
    this.#counters.discardCalls++;
    const released = this.#host.discard(pfn, count);
    if (released >= 0) {
      this.#counters.releasedPages += released;
      return true;
    }
    this.#counters.outsideMemory++;
    if (this.#profile.inflate.malformed !== 'stop') return true;
    this.#port.needsReset('inflate-outside-memory');
    return false;
  }
}

function isWhole(chain: DescriptorChain): boolean {
  return chain.lengthBytes(0) % PFN_BYTES === 0;
}
