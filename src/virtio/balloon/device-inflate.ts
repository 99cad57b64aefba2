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
/** Frame numbers that are discarded together at most: what Linux puts into a message, and less than a pageblock. */
const RUN_PFNS = 256;

/** Acts on frame numbers; false when the device stopped. */
type TakePfns = (pfns: Uint32Array) => boolean;

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
      if (!this._readPfns(chain, (pfns) => this._inflatePages(pfns))) return;
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
      if (!this._readPfns(chain, (pfns) => this._deflatePages(pfns))) return;
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

  /** Gives the frame numbers of the request to `take`; false when the device stopped. */
  private _readPfns(chain: DescriptorChain, take: TakePfns): boolean {
    const { headOnly, malformed } = this._profile.inflate;
    if (malformed === 'ignore' && (chain.isWritable(0) || !isWhole(chain))) return true;
    const buffers = headOnly ? Math.min(1, chain.readableCount) : chain.readableCount;
    for (let i = 0; i < buffers; i++) {
      if (!this._readBuffer(chain.addr(i), chain.lengthBytes(i), take)) return false;
    }
    return true;
  }

  private _readBuffer(addr: number, lengthBytes: number, take: TakePfns): boolean {
    const count = Math.floor(lengthBytes / PFN_BYTES);
    for (let done = 0; done < count; done += CHUNK_PFNS) {
      const chunk = Math.min(CHUNK_PFNS, count - done);
      const bytes = this._port.memory.read(addr + done * PFN_BYTES, chunk * PFN_BYTES);
      if (bytes === undefined) return true;
      if (!take(wordsOf(bytes))) return false;
    }
    return true;
  }

  private _inflatePages(pfns: Uint32Array): boolean {
    if (!this._takesRuns) return pfns.every((pfn) => this._inflatePage(pfn));
    for (let at = 0; at < pfns.length;) {
      const run = runAt(pfns, at);
      if (!this._inflateRun(pfns, at, run)) return false;
      at += run;
    }
    return true;
  }

  /** Neighbours that were named one after the other; a range that is not all memory is looked at page by page. */
  private _inflateRun(pfns: Uint32Array, at: number, run: number): boolean {
    const first = Math.min(pfns[at] as number, pfns[at + run - 1] as number);
    const released = run > 1 ? (this._host.discardPages?.(first, run) ?? -1) : -1;
    if (released < 0) {
      for (let i = at; i < at + run; i++) if (!this._inflatePage(pfns[i] as number)) return false;
      return true;
    }
    this._counters.inflatedPages += run;
    this._counters.discardCalls += run;
    this._counters.releasedPages += released;
    return true;
  }

  /** Each page is a discard of its own. */
  private get _takesRuns(): boolean {
    const isSingle = this._blockPages === 1 && this._subpages === 1;
    return isSingle && this._profile.inflate.method === 'pages' && !this.inhibited;
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

  private _deflatePages(pfns: Uint32Array): boolean {
    this._counters.deflatedPages += this._blockPages * pfns.length;
    if (this._profile.deflateAdvises) for (const pfn of pfns) this._willNeed(pfn);
    return true;
  }

  private _willNeed(pfn: number): void {
    const pages = Math.max(this._subpages, this._blockPages);
    this._counters.willNeedCalls++;
    this._host.willNeed(pfn - (pfn % pages), pages);
  }

  private _flushRanges(): void {
    if (this._gatheredCount === 0) return;
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

/** Little endian, as the core's own memory is read. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  const aligned = bytes.byteOffset % PFN_BYTES === 0 ? bytes : bytes.slice();
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length / PFN_BYTES);
}

/** How many frame numbers from one on go up, or down, by one. */
function runAt(pfns: Uint32Array, at: number): number {
  const most = Math.min(pfns.length - at, RUN_PFNS);
  if (most < 2) return most;
  const step = (pfns[at + 1] as number) - (pfns[at] as number);
  if (step !== 1 && step !== -1) return 1;
  let run = 2;
  while (run < most && (pfns[at + run] as number) - (pfns[at + run - 1] as number) === step) run++;
  return run;
}

function isWhole(chain: DescriptorChain): boolean {
  return chain.lengthBytes(0) % PFN_BYTES === 0;
}
