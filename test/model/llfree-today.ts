// LLFree as it is today, slowly: classes and a policy. See llfree.ts.

import type { LlfreeConfig } from '../../src/core/index.ts';
import { LlfreeModel, type ModelSlot, type ModelTree } from './llfree.ts';

const ROW = 64;
const PERFECT = 255;

interface Request {
  readonly order: number;
  readonly frames: number;
  readonly cls: number;
  readonly slot: number | undefined;
}

type Rate = (tree: ModelTree) => number | undefined;

export class TodayModel extends LlfreeModel {
  readonly #isMovable: boolean;
  readonly #cpus: number;

  constructor(config: LlfreeConfig) {
    const isMovable = config.rules === 'movable';
    const { cpus = 1 } = config;
    super(config, isMovable ? 3 : 2, cpus, isMovable ? 2 : 1);
    this.#isMovable = isMovable;
    this.#cpus = cpus;
  }

  addFree(at: number, frames: number): void {
    const tree = this.tree(at);
    tree.free += frames;
    if (tree.free === this.treeFrames) tree.class = this.slots.length - 1;
  }

  unreserve(slot: ModelSlot, cls: number): void {
    const tree = this.tree(slot.tree);
    tree.isReserved = false;
    tree.class = Math.min(tree.class, cls);
    this.addFree(slot.tree, slot.free);
  }

  #match({ free }: ModelTree): number {
    if (free >= this.treeFrames / 2) return 1;
    if (free >= this.treeFrames / 64) return PERFECT;
    return this.#isMovable ? 2 : 0;
  }

  /** The trees worth a try, in order: the perfect ones, then the eight best. */
  #ranked(trees: readonly number[], frames: number, rate: Rate): number[] {
    const rated = trees
      .filter((at) => !this.tree(at).isReserved && this.tree(at).free >= frames)
      .map((at) => ({ at, priority: rate(this.tree(at)) }));
    const perfect = rated.filter(({ priority }) => priority === PERFECT);
    const others = rated
      .filter(({ priority }) => priority !== PERFECT && priority !== undefined)
      .toSorted((one, other) => (other.priority ?? 0) - (one.priority ?? 0))
      .slice(0, 8);
    return [...perfect, ...others].map(({ at }) => at);
  }

  #firstOf(trees: readonly number[], take: (tree: number) => number | undefined) {
    for (const tree of trees) {
      const frame = take(tree);
      if (frame !== undefined) return frame;
    }
    return undefined;
  }

  /** From the tree's own count; the lower of the two classes is the tree's then. */
  #takeShared(at: number, { order, frames, cls }: Request): number | undefined {
    const tree = this.tree(at);
    tree.free -= frames;
    tree.class = Math.min(tree.class, cls);
    const { class: as } = tree;
    const frame = this.takeFrom((at * this.treeFrames) / ROW, order);
    if (frame === undefined) this.addFree(at, frames);
    else this.lastClass = as;
    return frame;
  }

  #reserveTree(at: number, { order, frames, cls, slot }: Request): number | undefined {
    const tree = this.tree(at);
    const held: ModelSlot = { tree: at, row: (at * this.treeFrames) / ROW, free: tree.free };
    Object.assign(tree, { free: 0, isReserved: true, class: cls });
    const frame = this.takeFrom(held.row, order);
    if (frame === undefined) {
      this.unreserve(held, cls);
      return undefined;
    }
    held.free -= frames;
    this.swapSlot(cls, slot ?? 0, held);
    this.lastClass = cls;
    return frame;
  }

  #reserve(start: number, request: Request): number | undefined {
    const { order, frames, cls } = request;
    const { length } = this.trees;
    const near = Math.max(Math.floor(length / 16), 4);
    const step = 2 ** Math.ceil(Math.log2(2 * near));
    const base = Math.floor(start / step) * step;
    const isFree = ({ free }: ModelTree): boolean => free === this.treeFrames;
    const nearRate: Rate = (tree) => {
      if (tree.class === cls) return this.#match(tree);
      return tree.class > cls && isFree(tree) ? PERFECT : undefined;
    };
    const anyRate: Rate = (tree) =>
      tree.class === cls || (tree.class > cls && isFree(tree)) ? PERFECT : 0;
    const use = (at: number): number | undefined =>
      this.tree(at).class < cls ? this.#takeShared(at, request) : this.#reserveTree(at, request);
    const nearby = order < 9 ? this.around(base, 1, near) : [];
    return (
      this.#firstOf(this.#ranked(nearby, frames, nearRate), use) ??
      this.#firstOf(this.#ranked(this.around(base, 0, length), frames, anyRate), use)
    );
  }

  #takeLocal(start: number, request: Request): number | undefined {
    const { order, frames, cls } = request;
    const slot = this.slot(cls, request.slot);
    if (slot === undefined) return this.#reserve(start, request);
    const tree = this.tree(slot.tree);
    if (slot.free < frames && slot.free + tree.free > frames) {
      slot.free += tree.free;
      tree.free = 0;
    }
    if (slot.free >= frames) {
      const frame = this.takeFromSlot(slot, order);
      this.lastClass = cls;
      if (frame !== undefined) return frame;
    }
    return this.#reserve(slot.tree, request);
  }

  /** The first slot of these classes that holds enough, of a given tree if one is said. */
  #findSlot(classes: readonly number[], { frames, slot }: Request, tree?: number) {
    for (const cls of classes) {
      for (let k = 0; k < this.#cpus; k += 1) {
        const index = ((slot ?? 0) + k) % this.#cpus;
        const held = this.slot(cls, index);
        if (held === undefined || held.free < frames) continue;
        if (tree === undefined || held.tree === tree) return { cls, index, held };
      }
    }
    return undefined;
  }

  #takeOrAdd(tree: number, row: number, order: number, frame?: number): number | undefined {
    const got =
      frame === undefined
        ? this.takeFrom(row, order)
        : this.takeAt(frame, order)
          ? frame
          : undefined;
    if (got === undefined) this.addFree(tree, 2 ** order);
    return got;
  }

  #steal(request: Request, frame?: number): number | undefined {
    const { cls, frames, order } = request;
    const lower = Array.from({ length: cls }, (_, at) => at);
    const tree = frame === undefined ? undefined : this.treeOf(frame);
    const found = this.#findSlot([cls, ...lower], request, tree);
    if (found === undefined) return undefined;
    found.held.free -= frames;
    this.lastClass = found.cls;
    return this.#takeOrAdd(found.held.tree, found.held.row, order, frame);
  }

  #demote(request: Request, frame?: number): number | undefined {
    const { cls, frames, order, slot } = request;
    const higher = this.slots.map((_, at) => at).slice(cls + 1);
    const tree = frame === undefined ? undefined : this.treeOf(frame);
    const found = this.#findSlot(higher, request, tree);
    if (found === undefined) return undefined;
    this.setSlot(found.cls, found.index, undefined);
    const held = { ...found.held, free: found.held.free - frames };
    if (slot === undefined) this.unreserve(held, cls);
    else this.swapSlot(cls, slot, held);
    this.lastClass = cls;
    return this.#takeOrAdd(held.tree, held.row, order, frame);
  }

  protected take(order: number, cls: number, slot?: number): number | undefined {
    const request = { order, cls, slot, frames: 2 ** order };
    const { length } = this.trees;
    const start = Math.floor(length / this.#cpus) * (slot ?? 0);
    const found =
      slot !== undefined && this.#cpus < length
        ? this.#takeLocal(start, request)
        : this.#firstOf(
            this.#ranked(this.around(start, 0, length), request.frames, (tree) =>
              tree.class === cls ? this.#match(tree) : 0,
            ),
            (at) => this.#takeShared(at, request),
          );
    return found ?? this.#steal(request) ?? this.#demote(request);
  }

  protected takeGiven(
    order: number,
    cls: number,
    slot: number | undefined,
    frame: number,
  ): number | undefined {
    const request = { order, cls, slot, frames: 2 ** order };
    const at = this.treeOf(frame);
    const tree = this.tree(at);
    const own = this.slot(cls, slot);
    if (own?.tree === at && own.free >= request.frames) {
      own.free -= request.frames;
      this.lastClass = cls;
      return this.#takeOrAdd(at, 0, order, frame);
    }
    if (tree.free >= request.frames) {
      tree.free -= request.frames;
      tree.class = Math.min(tree.class, cls);
      this.lastClass = tree.class;
      return this.#takeOrAdd(at, 0, order, frame);
    }
    return this.#steal(request, frame) ?? this.#demote(request, frame);
  }

  protected count(frame: number, order: number, cls: number, slot?: number): void {
    const own = this.slot(cls, slot);
    if (own?.tree === this.treeOf(frame)) own.free += 2 ** order;
    else this.addFree(this.treeOf(frame), 2 ** order);
  }
}
