// Reads a recording's commands one by one: what the tasks asked for and gave back goes to the emulated guest, what the kernel
// did with it to the kernel's books.

import { FREE_MOVED, FREE_PLUGGED, type PageStream, REQUEST_MOVE } from '../placement/index.ts';
import * as P from '../program/index.ts';
import { type Capture, type KernelTrace, NO_FRAME } from '../read/index.ts';
import type { LiveGuest } from './guest.ts';
import type { KernelBooks } from './kernel-books.ts';
import { isKcompactd, runFrom } from './pace.ts';
import { isRead, reclaimFrees, roleOf } from './requests.ts';
import {
  NOBODY,
  NOWHERE,
  ROLE_BALLOON,
  ROLE_CACHE,
  ROLE_MEMMAP,
  ROLE_TASK,
  type Tenants,
} from './tenants.ts';

export class Follower {
  readonly #trace: KernelTrace;
  readonly #stream: PageStream;
  readonly #isReclaim: Uint8Array;
  readonly #tenants: Tenants;
  readonly #guest: LiveGuest;
  readonly #books: KernelBooks;

  constructor(
    capture: Capture,
    stream: PageStream,
    tenants: Tenants,
    guest: LiveGuest,
    books: KernelBooks,
  ) {
    this.#trace = capture.trace;
    this.#stream = stream;
    this.#isReclaim = reclaimFrees(capture, stream);
    this.#tenants = tenants;
    this.#guest = guest;
    this.#books = books;
  }

  follow(at: number): void {
    switch (P.opOf(this.#stream.commands, at)) {
      case P.OP_REQUEST:
      case P.OP_TAKE:
      case P.OP_CAPTURE: // a request that its own compaction served
        this.#request(at);
        break;
      case P.OP_REQUEST_BULK:
        this.#bulk(at);
        break;
      case P.OP_RELEASE:
      case P.OP_FREE:
        this.#free(at);
        break;
      case P.OP_SCAN_BEGIN:
        this.#compact(at);
        break;
      case P.OP_SCAN_END:
        this.#endCompaction(at);
        break;
      case P.OP_RAISE: // somebody switched huge pages on
        this.#guest.startKhugepaged();
        break;
      default: // the kernel's own doings
    }
  }

  /** A task that has a zone compacted from edge to edge was told to (vm.compact_memory); kcompactd decides for itself. */
  #compact(at: number): void {
    const { commands } = this.#stream;
    const { order, zone, cpu } = P.shapeOf(commands, at);
    const event = P.eventOf(commands, at);
    if (order === 0 && !isKcompactd(this.#trace, event))
      this.#guest.compact(zone, cpu, runFrom(this.#trace, event));
  }

  #endCompaction(at: number): void {
    if (!isKcompactd(this.#trace, P.eventOf(this.#stream.commands, at)))
      this.#guest.endCompaction();
  }

  #cpuOf(at: number): number {
    return P.shapeOf(this.#stream.commands, at).cpu;
  }

  #request(at: number): void {
    const { commands, meaning, gfp: masks } = this.#stream;
    const home = P.frameOf(commands, at);
    if (meaning[at] === REQUEST_MOVE || home === NO_FRAME) return;
    const order = P.orderOf(commands, at);
    const isCaptured = P.opOf(commands, at) === P.OP_CAPTURE;
    const gfp = (isCaptured ? this.#trace.gfp[P.eventOf(commands, at)] : masks[at]) ?? 0;
    const role = roleOf(gfp, order);
    const books = this.#books;
    if (role === ROLE_BALLOON) books.balloonPages += 1;
    if (role === ROLE_BALLOON || role === ROLE_MEMMAP) {
      this.#tenants.add(role, order, home, NOWHERE);
      return;
    }
    if (role === ROLE_CACHE) books.cachePages += 1;
    const isAgain = role === ROLE_CACHE && isRead(gfp) && books.droppedPages > 0;
    if (isAgain) {
      books.droppedPages -= 1;
      books.refaults += 1;
      this.#guest.readAgain(home, gfp, this.#cpuOf(at));
    } else this.#guest.hold(role, order, home, gfp, this.#cpuOf(at));
  }

  /** Pages of the bulk allocator: their frames are not recorded. */
  #bulk(at: number): void {
    const pages = P.frameOf(this.#stream.commands, at);
    const gfp = this.#stream.gfp[at] ?? 0;
    for (let page = 0; page < pages; page += 1) {
      this.#guest.hold(ROLE_TASK, 0, NOBODY, gfp, this.#cpuOf(at));
    }
  }

  #free(at: number): void {
    const { commands } = this.#stream;
    const order = P.orderOf(commands, at);
    const home = P.frameOf(commands, at);
    let found = 0;
    for (let frame = home; frame < home + 2 ** order; frame += 1) {
      const tenant = this.#wholeAt(frame, home + 2 ** order);
      if (tenant === NOBODY) continue;
      found += 1;
      this.#end(tenant, at);
    }
    if (found === 0) this.#freeUnknown(order, at);
  }

  /** The tenant that begins at a frame and ends before another, split if it reaches further. */
  #wholeAt(frame: number, end: number): number {
    const tenants = this.#tenants;
    const tenant = tenants.at(frame);
    if (tenant === NOBODY) return NOBODY;
    const isInside =
      tenants.homeOf(tenant) === frame && frame + 2 ** tenants.orderOf(tenant) <= end;
    if (isInside) return tenant;
    this.#guest.split(tenant);
    return tenants.at(frame);
  }

  /** The kernel frees a tenant's frames: it has moved, was dropped, or is given back. */
  #end(tenant: number, at: number): void {
    const { meaning, target } = this.#stream;
    const tenants = this.#tenants;
    const role = tenants.roleOf(tenant);
    if (meaning[at] === FREE_MOVED) {
      const to = target[at] ?? NO_FRAME;
      if (to === NO_FRAME) tenants.lose(tenant);
      else tenants.settle(tenant, to);
      return;
    }
    const isReclaim = this.#isReclaim[at] !== 0;
    if (role === ROLE_CACHE) this.#books.cachePages -= 1;
    if (role === ROLE_BALLOON) this.#books.balloonPages -= 1;
    if (isReclaim && role === ROLE_CACHE) {
      this.#books.droppedPages += 1;
      this.#guest.kernelDropped(tenant);
      return;
    }
    if (isReclaim && role !== ROLE_BALLOON && role !== ROLE_MEMMAP) {
      this.#guest.counts.followedFrees += 1;
    }
    const isDirect = P.opOf(this.#stream.commands, at) === P.OP_FREE;
    this.#guest.release(tenant, this.#cpuOf(at), isDirect);
  }

  /** A frame that nobody has: one of those that moved, or came in bulk. Plugged memory that comes back is none. */
  #freeUnknown(order: number, at: number): void {
    const { meaning } = this.#stream;
    if (meaning[at] === FREE_PLUGGED || meaning[at] === FREE_MOVED) return;
    const wanted = this.#isReclaim[at] === 0 ? ROLE_TASK : ROLE_CACHE;
    const tenant = this.#tenants.takeLost(order, wanted);
    if (tenant !== NOBODY) this.#end(tenant, at);
  }
}
