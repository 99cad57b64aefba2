// One core under one placement: carries out the request stream.
//
// What the stream cannot say, and what is done then:
// - Pages in use at the start keep their frames.
// - A page that the kernel migrated stays where we have it. If its new recorded frame is unknown
//   (compaction), the next free of a frame that nobody holds gives back such a page, the freer's own
//   before others. Bulk pages (their frames are not recorded) likewise.
// - Memory that the kernel unplugs stays; only what it plugs is followed.

import {
  COMMAND_SLOTS,
  Core,
  type CoreBuild,
  expectAnswer,
  GFP_DIRECT_RECLAIM,
  GFP_HIGH,
  GFP_NOMEMALLOC,
  loadState,
} from '../../core/index.ts';
import { punchEnds } from '../../guest/index.ts';
import * as P from '../program/index.ts';
import { type Capture, NO_FRAME, recordedFrames } from '../read/index.ts';
import { PlacedCZones, regionOf } from './czones.ts';
import { HeldPages, NOWHERE } from './held-pages.ts';
import { KERNEL_PLACE, type PagePolicy } from './policies/index.ts';
import { FREE_MOVED, FREE_PLUGGED, type PageStream, REQUEST_MOVE } from './stream.ts';
import { NOBODY } from './tasks.ts';

/** Tag of a page in the core: container and use; 0 for pages in use since the start. */
export function tagOf(tree: number, use: number): number {
  return tree * 4 + use;
}

export function treeOf(tag: number): number {
  return tag >> 2;
}

export function useOf(tag: number): number {
  return tag & 3;
}

export interface PlacementTally {
  requests: number;
  /** Requests that the core could not serve. */
  failed: number;
  /** Requests that only empty per-cpu lists or the reserves could serve. */
  forced: number;
  /** Requests for one page or block that got the recorded frame. */
  sameFrame: number;
  compared: number;
  /** Frees of frames that nobody holds. */
  unknownFrees: number;
  migratedPages: number;
  bulkPages: number;
  /** Pages that found no room in their CZone and went to the kernel's zones. */
  overflowPages: number;
  unplugs: number;
}

/** Frames asked for by the pages that a policy puts into each owner's zone. */
function wishes(stream: PageStream, policy: PagePolicy): Uint32Array {
  const { tasks, commands } = stream;
  const frames = new Uint32Array(Math.max(tasks.trees.length, tasks.processes.length));
  for (let at = 0; at < stream.count; at += 1) {
    if (stream.use[at] === 0) continue;
    const owner = policy.place(requestAt(stream, at));
    if (owner !== KERNEL_PLACE) frames[owner] = (frames[owner] ?? 0) + 2 ** P.orderOf(commands, at);
  }
  return frames;
}

function requestAt(stream: PageStream, at: number): { use: number; process: number; tree: number } {
  const { use, process, tree } = stream;
  return { use: use[at] ?? 0, process: process[at] ?? 0, tree: tree[at] ?? 0 };
}

/** The guest under one policy. */
export class PlacedGuest {
  readonly core: Core;
  readonly czones: PlacedCZones;
  readonly tally: PlacementTally = {
    requests: 0,
    failed: 0,
    forced: 0,
    sameFrame: 0,
    compared: 0,
    unknownFrees: 0,
    migratedPages: 0,
    bulkPages: 0,
    overflowPages: 0,
    unplugs: 0,
  };
  readonly #stream: PageStream;
  readonly #policy: PagePolicy;
  readonly #pages: HeldPages;

  constructor(
    capture: Capture,
    stream: PageStream,
    policy: PagePolicy,
    blockFrames: number,
    build: CoreBuild,
  ) {
    this.#stream = stream;
    this.#policy = policy;
    const recorded = recordedFrames(capture);
    const owners = wishes(stream, policy);
    const region = regionOf(recorded, owners, blockFrames);
    const frames = recorded + region.frames;
    this.core = Core.create({
      frames,
      cpus: Math.max(1, ...capture.start.zones.map((zone) => zone.pcps.length)),
      czones: owners.filter((pages) => pages > 0).length,
      objects: 1,
      nodes: 1,
      bufferSlots: COMMAND_SLOTS,
      build,
    });
    this.#pages = new HeldPages(recorded, frames);
    this.#pages.holdStart(capture.start);
    loadState(this.core, capture.start);
    punchEnds(this.core, capture.start);
    this.czones = new PlacedCZones(this.core, region);
  }

  /** Carries out command `at` of the stream. */
  run(at: number): void {
    const { commands } = this.#stream;
    const op = P.opOf(commands, at);
    switch (op) {
      case P.OP_REQUEST:
      case P.OP_TAKE:
        this.#request(at);
        break;
      case P.OP_REQUEST_BULK:
        this.#bulk(at);
        break;
      case P.OP_RELEASE:
      case P.OP_FREE:
        this.#free(at);
        break;
      case P.OP_DECAY:
      case P.OP_DRAIN_ALL:
      case P.OP_RECLAIM:
      case P.OP_ONLINE:
      case P.OP_RETUNE:
      case P.OP_RAISE:
        this.#control(at);
        break;
      case P.OP_CLAIM_RANGE:
        this.tally.unplugs += 1;
        break;
      default: // what compaction and unplugs take: not followed (see above)
    }
  }

  #control(at: number): void {
    const { commands } = this.#stream;
    this.#program(P.firstWordOf(commands, at), P.frameOf(commands, at), this.#operand(at));
  }

  /** Runs one command of the program form. */
  #program(firstWord: number, frame: number, operand: number): void {
    expectAnswer(this.core.program.runOne(firstWord, frame, operand), 'program.runOne');
  }

  /** What the recorded kernel drained is its own decision, not ours. */
  #operand(at: number): number {
    const { commands } = this.#stream;
    const op = P.opOf(commands, at);
    return op === P.OP_RELEASE || op === P.OP_DECAY ? 0 : P.operandOf(commands, at);
  }

  #request(at: number): void {
    if (this.#stream.meaning[at] === REQUEST_MOVE) return;
    const { tally } = this;
    const order = P.orderOf(this.#stream.commands, at);
    const recorded = P.frameOf(this.#stream.commands, at);
    tally.requests += 1;
    const pfn = this.#allocate(at, order);
    if (pfn < 0) {
      tally.failed += 1;
      return;
    }
    tally.compared += 1;
    if (pfn === recorded) tally.sameFrame += 1;
    this.#pages.hold(recorded, pfn, order);
  }

  #allocate(at: number, order: number): number {
    const { cpu } = P.shapeOf(this.#stream.commands, at);
    const request = requestAt(this.#stream, at);
    const gfp = this.#stream.gfp[at] ?? 0;
    const tag = tagOf(request.tree, request.use);
    const owner = this.#policy.place(request);
    let pfn = NOWHERE;
    if (owner !== KERNEL_PLACE) {
      pfn = this.czones.allocate(owner, gfp, order, tag);
      if (pfn < 0) this.tally.overflowPages += 2 ** order;
    }
    if (pfn < 0) pfn = this.#allocateKernel(gfp, order, cpu, tag);
    if (pfn >= 0) this.#pages.setOrder(pfn, order, order);
    return pfn;
  }

  /**
   * From the kernel's zones. The recorded kernel served the request, after reclaim if need be, and
   * the trace has its frees; where ours is a few frames short at that moment, per-cpu lists and
   * reserves are used.
   */
  #allocateKernel(gfp: number, order: number, cpu: number, tag: number): number {
    const { pages } = this.core;
    const pfn = pages.alloc(gfp, order, cpu, tag);
    if (pfn >= 0) return pfn;
    this.tally.forced += 1;
    pages.drainAll();
    const again = pages.alloc(gfp, order, cpu, tag);
    if (again >= 0) return again;
    return pages.alloc((gfp & ~GFP_DIRECT_RECLAIM & ~GFP_NOMEMALLOC) | GFP_HIGH, order, cpu, tag);
  }

  #bulk(at: number): void {
    const pages = P.frameOf(this.#stream.commands, at);
    for (let page = 0; page < pages; page += 1) {
      const pfn = this.#allocate(at, 0);
      if (pfn < 0) this.tally.failed += 1;
      else this.#pages.lose(pfn, 0);
    }
    this.tally.bulkPages += pages;
  }

  #free(at: number): void {
    const pages = this.#pages;
    const order = P.orderOf(this.#stream.commands, at);
    const recorded = P.frameOf(this.#stream.commands, at);
    const isMoved = this.#stream.meaning[at] === FREE_MOVED;
    if (this.#isWhole(recorded, order)) {
      const pfn = pages.frameOf(recorded);
      pages.drop(recorded, order);
      if (isMoved) this.#move(pfn, order, this.#stream.target[at] ?? NO_FRAME);
      else this.#release(pfn, order, at);
      return;
    }
    let found = 0;
    for (let frame = recorded; frame < recorded + 2 ** order; frame += 1) {
      const pfn = pages.frameOf(frame);
      if (pfn === NOWHERE) continue;
      found += 1;
      pages.drop(frame, 0);
      this.#split(pfn);
      if (isMoved) this.#move(pfn, 0, NO_FRAME);
      else this.#release(pfn, 0, at);
    }
    if (found === 0 && !isMoved) this.#freeUnknown(recorded, order, at);
  }

  /** The kernel moved a page: ours stays, under another recorded frame. */
  #move(pfn: number, order: number, target: number): void {
    this.tally.migratedPages += 2 ** order;
    if (target === NO_FRAME) this.#pages.lose(pfn, order);
    else this.#pages.hold(target, pfn, order);
  }

  /** Whether a recorded block is one block, or one run of start pages, of ours. */
  #isWhole(recorded: number, order: number): boolean {
    const size = this.#pages.sizeOfRun(recorded, order);
    if (size === order) return true;
    return size === 0 && this.core.frames.tag(this.#pages.frameOf(recorded)) === 0;
  }

  /** Makes single pages of the block that a frame is part of. */
  #split(pfn: number): void {
    const order = this.#pages.orderOf(pfn);
    if (order === 0) return;
    const head = pfn - (pfn % 2 ** order);
    this.core.frames.split(head, order);
    this.#pages.setOrder(head, order, 0);
  }

  /** A frame that nobody holds: one of the pages whose frames are unknown. */
  #freeUnknown(recorded: number, order: number, at: number): void {
    if (this.#stream.meaning[at] === FREE_PLUGGED) return;
    const tree = this.#stream.tree[at] ?? NOBODY;
    const isOwn = (pfn: number): boolean => treeOf(this.core.frames.tag(pfn)) === tree;
    const pfn = this.#pages.takeLost(recorded, order, isOwn);
    if (pfn === NOWHERE) this.tally.unknownFrees += 1;
    else this.#release(pfn, order, at);
  }

  #release(pfn: number, order: number, at: number): void {
    const { commands } = this.#stream;
    const { type, cpu } = P.shapeOf(commands, at);
    this.#pages.setOrder(pfn, order, 0);
    if (this.czones.has(pfn)) {
      this.czones.free(pfn, order, cpu);
      return;
    }
    // The command's zone is the recorded frame's: the core needs ours.
    const zone = this.core.frames.zone(pfn);
    const firstWord = P.packShape(P.opOf(commands, at), { order, type, zone, cpu });
    this.#program(firstWord, pfn, this.#operand(at));
  }

  /** The owner of a CZone exited. */
  end(owner: number): void {
    this.czones.end(owner);
  }
}
