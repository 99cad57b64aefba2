// LLFree as HyperAlloc's artifact has it, slowly: kinds, and a monitor that evicts huge frames. See llfree.ts.

import { STATUS_BAD_STATE, STATUS_NO_MEMORY } from '../../src/abi/status.ts';
import type { LlfreeConfig } from '../../src/core/index.ts';
import { LlfreeModel, type ModelSlot } from './llfree.ts';

const HUGE = 512;
const ROW = 64;
const KINDS = 3;
const ROUNDS = 4;

interface Request {
  readonly order: number;
  readonly frames: number;
  readonly kind: number;
  readonly cpu: number;
}

/** A slot got frames from its tree: the step begins again. */
const AGAIN: unique symbol = Symbol('again');

export class KindsModel extends LlfreeModel {
  readonly #isInstalledFirst: boolean;
  readonly #cpus: number;
  #scanTree = 0;

  constructor(config: LlfreeConfig) {
    const { frames, cpus = 1, treeHuge = 8 } = config;
    const used = Math.min(cpus, Math.ceil(frames / (treeHuge * HUGE)));
    super(config, KINDS, used, 0);
    this.#cpus = used;
    this.#isInstalledFirst = config.rules === 'kinds-installed';
  }

  protected override evictedLast(): boolean {
    return this.#isInstalledFirst;
  }

  addFree(tree: number, frames: number): void {
    this.tree(tree).free += frames;
  }

  unreserve(slot: ModelSlot, kind: number): void {
    const tree = this.tree(slot.tree);
    tree.free += slot.free;
    tree.class = kind;
    tree.isReserved = false;
  }

  #requestOf(order: number, isMovable: boolean, cpu: number): Request {
    const wished = order >= 9 ? 2 : isMovable ? 1 : 0;
    const kind = this.trees.length < KINDS * this.#cpus ? 0 : wished;
    return { order, frames: 2 ** order, kind, cpu: cpu % this.#cpus };
  }

  #reserveTree(at: number, least: number, most: number, request: Request): number | undefined {
    const { order, frames, kind, cpu } = request;
    const tree = this.tree(at);
    const isOurs = tree.class === kind || tree.free === this.treeFrames;
    if (tree.isReserved || !isOurs || tree.free < least || tree.free > most) return undefined;
    const held = { tree: at, row: (at * this.treeFrames) / ROW, free: tree.free };
    Object.assign(tree, { free: 0, isReserved: true, class: kind });
    const frame = this.takeFrom(held.row, order);
    if (frame === undefined) {
      this.unreserve(held, kind);
      return undefined;
    }
    const row = Math.floor(frame / ROW);
    this.swapSlot(kind, cpu, { tree: at, row, free: held.free - frames });
    return frame;
  }

  #reserve(old: number, request: Request): number | undefined {
    const all = this.treeFrames;
    const { length } = this.trees;
    const start = Math.floor(old / 32) * 32;
    const near = Math.min(Math.max(Math.floor(length / this.#cpus / 4), 8), 64);
    const passes: readonly [number, number, number, number][] = [
      [all / 16, all / 2, 1, near],
      [all / 64, all - all / 16, 1, 2 * near],
      [0, all - 1, 1, near],
      [0, all, 0, length],
    ];
    for (const [free, most, from, to] of passes) {
      const least = Math.max(free, request.frames);
      if (least >= most) continue;
      for (const tree of this.around(start, from, to)) {
        const frame = this.#reserveTree(tree, least, most, request);
        if (frame !== undefined) return frame;
      }
    }
    return undefined;
  }

  #fromSlot(
    slot: ModelSlot | undefined,
    { order, frames }: Request,
  ): number | undefined | typeof AGAIN {
    if (slot === undefined) return undefined;
    if (slot.free >= frames) return this.takeFromSlot(slot, order);
    const tree = this.tree(slot.tree);
    if (slot.free + tree.free < frames) return undefined;
    slot.free += tree.free;
    tree.free = 0;
    return AGAIN;
  }

  #takeOver(kind: number, cpu: number, request: Request): number | undefined {
    const slot = this.slot(kind, cpu);
    if (slot === undefined || slot.free < request.frames) return undefined;
    const frame = this.takeFrom(slot.row, request.order);
    this.setSlot(kind, cpu, undefined);
    if (frame === undefined) {
      this.unreserve(slot, kind);
      return undefined;
    }
    const row = Math.floor(frame / ROW);
    const free = slot.free - request.frames;
    this.swapSlot(request.kind, request.cpu, { tree: slot.tree, row, free });
    return frame;
  }

  #stealOnce(request: Request): number | undefined | typeof AGAIN {
    for (let at = 0; at < this.#cpus; at += 1) {
      const cpu = (request.cpu + at) % this.#cpus;
      for (const kind of [0, 1, 2].map((k) => (request.kind + k) % KINDS)) {
        const got =
          kind > request.kind
            ? this.#takeOver(kind, cpu, request)
            : this.#fromSlot(this.slot(kind, cpu), request);
        if (got !== undefined) return got;
      }
    }
    return undefined;
  }

  #steal(request: Request): number | undefined {
    for (let round = 0; round < ROUNDS; round += 1) {
      const got = this.#stealOnce(request);
      if (got !== AGAIN) return got;
    }
    return undefined;
  }

  #anywhere(start: number, { order, frames, kind }: Request): number | undefined {
    for (const at of this.around(start, 0, this.trees.length)) {
      const tree = this.tree(at);
      if (tree.isReserved || tree.free < frames) continue;
      const frame = this.takeFrom((at * this.treeFrames) / ROW, order);
      if (frame === undefined) continue;
      tree.free -= frames;
      tree.class = Math.min(tree.class, kind);
      return frame;
    }
    return undefined;
  }

  protected take(order: number, cls: number, anyCpu = 0): number | undefined {
    const request = this.#requestOf(order, cls === 1, anyCpu);
    const { kind, cpu } = request;
    this.lastClass = kind;
    const { length } = this.trees;
    if (length <= KINDS * this.#cpus) return this.#anywhere(0, request);
    const first = this.#fromSlot(this.slot(kind, cpu), request);
    const got = first === AGAIN ? this.#fromSlot(this.slot(kind, cpu), request) : first;
    if (typeof got === 'number') return got;
    const old = this.slot(kind, cpu)?.tree;
    return (
      this.#reserve(old ?? Math.floor(length / this.#cpus) * cpu, request) ??
      this.#steal(request) ??
      this.#anywhere(old ?? 0, request)
    );
  }

  /** Takes frames out of whoever counts those of a tree. */
  #takeCount(at: number, { frames, kind, cpu }: Request): boolean {
    const tree = this.tree(at);
    const holds = (slot: ModelSlot | undefined): slot is ModelSlot =>
      slot?.tree === at && slot.free >= frames;
    const own = this.slot(kind, cpu);
    if (holds(own)) {
      own.free -= frames;
      return true;
    }
    if (!tree.isReserved && tree.free >= frames) {
      tree.free -= frames;
      tree.class = Math.min(tree.class, kind);
      return true;
    }
    for (let other = 0; other < this.#cpus; other += 1) {
      for (let k = 0; k < KINDS; k += 1) {
        const slot = this.slot(k, other);
        if (!holds(slot)) {
          if (k > kind) return false; // as the artifact does
          continue;
        }
        slot.free -= frames;
        if (k > kind) {
          this.setSlot(k, other, undefined);
          this.unreserve(slot, kind);
        }
        return true;
      }
    }
    return false;
  }

  protected takeGiven(order: number, cls: number, anyCpu = 0, frame = 0): number | undefined {
    const request = this.#requestOf(order, cls === 1, anyCpu);
    this.lastClass = request.kind;
    const tree = this.treeOf(frame);
    if (!this.#takeCount(tree, request)) return undefined;
    if (this.takeAt(frame, order)) return frame;
    this.addFree(tree, request.frames);
    return undefined;
  }

  protected count(frame: number, order: number): void {
    this.addFree(this.treeOf(frame), 2 ** order);
  }

  reclaim(isHard: boolean): number {
    for (const at of this.around(this.#scanTree, 0, this.trees.length)) {
      const tree = this.tree(at);
      if (tree.isReserved || tree.free < HUGE) continue;
      const first = at * this.treeHuge;
      const huge = this.isHuge.findIndex(
        (_, k) =>
          k >= first &&
          k < first + this.treeHuge &&
          this.freeIn(k) === HUGE &&
          (isHard || this.isEvicted[k] === false),
      );
      if (huge < 0) continue;
      this.wasEvicted = this.isEvicted[huge] as boolean;
      this.isEvicted[huge] = true;
      this.isHuge[huge] = isHard;
      if (isHard) tree.free -= HUGE;
      this.#scanTree = at;
      return huge * HUGE;
    }
    return STATUS_NO_MEMORY;
  }

  giveBack(frame: number): number {
    const huge = Math.floor(frame / HUGE);
    if (this.isHuge[huge] !== true || this.isEvicted[huge] !== true) return STATUS_BAD_STATE;
    this.isHuge[huge] = false;
    this.tree(this.treeOf(frame)).free += HUGE;
    return 0;
  }

  install(frame: number): number {
    const huge = Math.floor(frame / HUGE);
    if (this.isEvicted[huge] !== true) return STATUS_BAD_STATE;
    this.isEvicted[huge] = false;
    return 0;
  }
}
