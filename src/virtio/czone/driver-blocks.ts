/** Which blocks the device believes to be whose, and where the next block of a zone is best taken. */

const UNPLUGGED = -1;

export interface BlockRun {
  readonly first: number;
  readonly count: number;
}

export class DriverBlocks {
  readonly blockFrames: number;
  readonly startPfn: number;
  readonly #owners: Int32Array;
  /** Bounds of each owner's blocks; they only widen, until it has moved away as a whole. */
  readonly #bounds = new Map<number, { low: number; end: number }>();
  #usable = 0;
  /** From here on nothing is plugged. */
  #end = 0;

  constructor(startPfn: number, blockFrames: number, blocks: number) {
    this.startPfn = startPfn;
    this.blockFrames = blockFrames;
    this.#owners = new Int32Array(blocks).fill(UNPLUGGED);
  }

  setUsable(blocks: number): void {
    this.#usable = Math.min(blocks, this.#owners.length);
  }

  pfn(block: number): number {
    return this.startPfn + block * this.blockFrames;
  }

  /** The block of a frame; undefined outside the region. */
  block(pfn: number): number | undefined {
    const block = Math.floor((pfn - this.startPfn) / this.blockFrames);
    return block >= 0 && block < this.#owners.length ? block : undefined;
  }

  owner(block: number): number {
    return this.#owners[block] ?? UNPLUGGED;
  }

  /** The blocks of an owner, ascending. */
  of(owner: number): number[] {
    const { low, end } = this.#bounds.get(owner) ?? { low: 0, end: 0 };
    const blocks: number[] = [];
    for (let block = low; block < end; block++) {
      if (this.#owners[block] === owner) blocks.push(block);
    }
    return blocks;
  }

  give(run: BlockRun, owner: number): void {
    const end = run.first + run.count;
    this.#owners.fill(owner, run.first, end);
    if (owner === UNPLUGGED) {
      if (end >= this.#end) this.#findEnd();
      return;
    }
    this.#end = Math.max(this.#end, end);
    const bounds = this.#bounds.get(owner) ?? { low: run.first, end };
    this.#bounds.set(owner, {
      low: Math.min(bounds.low, run.first),
      end: Math.max(bounds.end, end),
    });
  }

  takeAway(run: BlockRun): void {
    this.give(run, UNPLUGGED);
  }

  /** Every block of an owner goes to another (-1: to nobody). */
  move(owner: number, to: number): void {
    const { low, end } = this.#bounds.get(owner) ?? { low: 0, end: 0 };
    for (let first = low; first < end; first++) {
      if (this.#owners[first] !== owner) continue;
      let count = 1;
      while (first + count < end && this.#owners[first + count] === owner) count++;
      this.give({ first, count }, to);
      first += count;
    }
    this.#bounds.delete(owner);
  }

  /** All that is usable belongs to the pool: a device without PLUG. */
  fillPool(): void {
    this.give({ first: 0, count: this.#usable }, 0);
  }

  count(owner: number): number {
    let count = 0;
    for (const found of this.#owners) if (found === owner) count++;
    return count;
  }

  get plugged(): number {
    return this.#owners.length - this.count(UNPLUGGED);
  }

  /**
   * The unplugged run to give a zone next, at most `blocks` long: behind the zone's highest block if that
   * is free, else the smallest hole that takes all, else the largest there is. Keeps a zone in one piece
   * and large holes whole.
   */
  choose(zone: number, blocks: number): BlockRun | undefined {
    const behind = this.#highest(zone) + 1;
    if (behind > 0) {
      const room = this.#holeAt(behind, behind + blocks);
      if (room > 0) return { first: behind, count: room };
    }
    const tail = this.#usable - this.#end;
    let best: BlockRun | undefined = tail > 0 ? { first: this.#end, count: tail } : undefined;
    let first = this.#owners.indexOf(UNPLUGGED);
    while (first >= 0 && first < Math.min(this.#end, this.#usable)) {
      const count = this.#holeAt(first);
      if (best === undefined || isBetter(count, best.count, blocks)) best = { first, count };
      first = this.#owners.indexOf(UNPLUGGED, first + count);
    }
    return best === undefined
      ? undefined
      : { first: best.first, count: Math.min(best.count, blocks) };
  }

  /** Highest block of an owner; -1 when it has none. */
  #highest(owner: number): number {
    const { low, end } = this.#bounds.get(owner) ?? { low: 0, end: 0 };
    for (let block = end - 1; block >= low; block--) {
      if (this.#owners[block] === owner) return block;
    }
    return -1;
  }

  #findEnd(): void {
    while (this.#end > 0 && this.#owners[this.#end - 1] === UNPLUGGED) this.#end--;
  }

  /** Blocks of the hole that begins there, as far as `most`. */
  #holeAt(first: number, most: number = this.#usable): number {
    const stop = Math.min(most, this.#usable);
    let end = first;
    while (end < stop && this.#owners[end] === UNPLUGGED) end++;
    return end - first;
  }

  save(): Int32Array {
    return this.#owners.slice();
  }

  load(owners: Int32Array): void {
    this.#owners.fill(UNPLUGGED);
    for (let block = 0; block < owners.length; block++) {
      const owner = owners[block] as number;
      if (owner !== UNPLUGGED) this.give({ first: block, count: 1 }, owner);
    }
  }
}

function isBetter(count: number, best: number, wanted: number): boolean {
  if (best >= wanted) return count >= wanted && count < best;
  return count > best;
}

/** Blocks in any order as ascending runs. */
export function runsOf(blocks: readonly number[]): BlockRun[] {
  const runs: { first: number; count: number }[] = [];
  for (const block of blocks.toSorted((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && last.first + last.count === block) last.count++;
    else runs.push({ first: block, count: 1 });
  }
  return runs;
}
