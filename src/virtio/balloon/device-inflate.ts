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
  private readonly _profile: BalloonProfile;
  private readonly _port: DevicePort;
  private readonly _host: BalloonHost;
  private readonly _counters: BalloonCounters;
  private readonly _subpages: number;
  /** Pages that a frame number stands for. */
  private readonly _blockPages: number;
  private readonly _seen: Uint8Array;
  private readonly _gathered = new Uint32Array(RANGE_BUFFER_PFNS);
  private _gatheredCount = 0;
  /** First frame of the host page whose subpages are in `#seen`; -1 for none. */
  private _partialPfn = -1;
  private _seenCount = 0;

  constructor(
    profile: BalloonProfile,
    port: DevicePort,
    host: BalloonHost,
    counters: BalloonCounters,
    hostPageBytes: number,
    blockPages: number,
  ) {
    this._profile = profile;
    this._port = port;
    this._host = host;
    this._counters = counters;
    this._blockPages = blockPages;
    this._subpages = Math.max(1, hostPageBytes / BALLOON_PAGE_BYTES);
    this._seen = new Uint8Array(this._subpages);
  }

  reset(): void {
    this._dropPartial();
    this._gatheredCount = 0;
  }

  /** Handles every chain on the inflate queue. */
  inflate(queue: DeviceQueue, chain: DescriptorChain): void {
    while (queue.pop(chain) === 'chain') {
      this._counters.inflateRequests++;
      const { method, maxHeadBytes } = this._profile.inflate;
      if (!chain.isWritable(0) && chain.lengthBytes(0) > maxHeadBytes && isWhole(chain)) {
        this._port.violation('inflate-too-long');
        continue;
      }
      if (!this._accept(chain)) return;
      if (method === 'ranges') {
        const pfns = chain.isWritable(0) || !isWhole(chain) ? 0 : chain.lengthBytes(0) / PFN_BYTES;
        if (this._gatheredCount + pfns > RANGE_BUFFER_PFNS) this._flushRanges();
      }
      if (!this._readPfns(chain, (pfn) => this._inflatePage(pfn))) return;
      if (this._profile.inflate.partialScope === 'chain') this._dropPartial();
      queue.pushUsed(chain.head, this._usedLength(chain));
    }
    this._flushRanges();
  }

  /** Handles every chain on the deflate queue. */
  deflate(queue: DeviceQueue, chain: DescriptorChain): void {
    while (queue.pop(chain) === 'chain') {
      this._counters.deflateRequests++;
      if (!this._accept(chain)) return;
      if (!this._readPfns(chain, (pfn) => this._deflatePage(pfn))) return;
      queue.pushUsed(chain.head, this._usedLength(chain));
    }
  }

  /** False when the device gives up on a malformed request. */
  private _accept(chain: DescriptorChain): boolean {
    if (!chain.isWritable(0) && isWhole(chain)) return true;
    if (this._profile.inflate.malformed !== 'stop') {
      this._port.violation('inflate-malformed');
      return true;
    }
    this._port.needsReset('inflate-malformed');
    return false;
  }

  private _usedLength(chain: DescriptorChain): number {
    return this._profile.inflate.usedLength === 'request' ? chain.lengthBytes(0) : 0;
  }

  /** Gives each frame number of the request to `page`; false when the device stopped. */
  private _readPfns(chain: DescriptorChain, page: (pfn: number) => boolean): boolean {
    const { headOnly, malformed } = this._profile.inflate;
    if (malformed === 'ignore' && (chain.isWritable(0) || !isWhole(chain))) return true;
    const buffers = headOnly ? Math.min(1, chain.readableCount) : chain.readableCount;
    for (let i = 0; i < buffers; i++) {
      if (!this._readBuffer(chain.addr(i), chain.lengthBytes(i), page)) return false;
    }
    return true;
  }

  private _readBuffer(addr: number, lengthBytes: number, page: (pfn: number) => boolean): boolean {
    const count = Math.floor(lengthBytes / PFN_BYTES);
    for (let done = 0; done < count; done += CHUNK_PFNS) {
      const chunk = Math.min(CHUNK_PFNS, count - done);
      const bytes = this._port.memory.read(addr + done * PFN_BYTES, chunk * PFN_BYTES);
      if (bytes === undefined) return true;
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (let i = 0; i < chunk; i++) {
        if (!page(view.getUint32(i * PFN_BYTES, true))) return false;
      }
    }
    return true;
  }

  private _inflatePage(pfn: number): boolean {
    this._counters.inflatedPages += this._blockPages;
    if (this._blockPages > 1) return this._discard(pfn, this._blockPages);
    if (this._profile.inflate.method === 'ranges') {
      if (this._gatheredCount === RANGE_BUFFER_PFNS) this._flushRanges();
      this._gathered[this._gatheredCount++] = pfn;
      return true;
    }
    if (this._subpages === 1) return this._discard(pfn, 1);
    return this._inflateSubpage(pfn);
  }

  /** Host pages larger than the protocol's go only when all their subpages were named. */
  private _inflateSubpage(pfn: number): boolean {
    const sub = pfn % this._subpages;
    const base = pfn - sub;
    if (base !== this._partialPfn) {
      this._dropPartial();
      this._partialPfn = base;
    }
    if (this._seen[sub] === 0) {
      this._seen[sub] = 1;
      this._seenCount++;
    }
    if (this._seenCount < this._subpages) return true;
    this._dropPartial();
    return this._discard(base, this._subpages);
  }

  private _dropPartial(): void {
    if (this._partialPfn === -1) return;
    this._partialPfn = -1;
    this._seenCount = 0;
    this._seen.fill(0);
  }

  private _deflatePage(pfn: number): boolean {
    this._counters.deflatedPages += this._blockPages;
    if (!this._profile.deflateAdvises) return true;
    const pages = Math.max(this._subpages, this._blockPages);
    this._counters.willNeedCalls++;
    this._host.willNeed(pfn - (pfn % pages), pages);
    return true;
  }

  private _flushRanges(): void {
    const pfns = this._gathered.subarray(0, this._gatheredCount).toSorted();
    this._gatheredCount = 0;
    let start = 0;
    for (let i = 1; i <= pfns.length; i++) {
      const previous = pfns[i - 1] ?? 0;
      if (i < pfns.length && (pfns[i] ?? 0) - previous <= 1) continue;
      const first = pfns[start] ?? 0;
      this._discard(first, previous - first + 1);
      start = i;
    }
  }

  /** False when the device stops because of it. */
  private _discard(pfn: number, count: number): boolean {
    if (this.inhibited) return true;
    this._counters.discardCalls++;
    const released = this._host.discard(pfn, count);
    if (released >= 0) {
      this._counters.releasedPages += released;
      return true;
    }
    this._counters.outsideMemory++;
    if (this._profile.inflate.malformed !== 'stop') return true;
    this._port.needsReset('inflate-outside-memory');
    return false;
  }
}

function isWhole(chain: DescriptorChain): boolean {
  return chain.lengthBytes(0) % PFN_BYTES === 0;
}
