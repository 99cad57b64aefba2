/** Which blocks the device believes to be whose, and where the next block of a zone is best taken. */

const UNPLUGGED = -1;

export interface BlockRun {
  readonly first: number;
  readonly count: number;
}

export class DriverBlocks {
  readonly blockFrames: number;
  readonly startPfn: number;
  private readonly _owners: Int32Array;
  /** Bounds of each owner's blocks; they only widen, until it has moved away as a whole. */
  private readonly _bounds = new Map<number, { low: number; end: number }>();
  private _usable = 0;
  /** From here on nothing is plugged. */
  private _end = 0;

  constructor(startPfn: number, blockFrames: number, blocks: number) {
    this.startPfn = startPfn;
    this.blockFrames = blockFrames;
    this._owners = new Int32Array(blocks).fill(UNPLUGGED);
  }

  setUsable(blocks: number): void {
    this._usable = Math.min(blocks, this._owners.length);
  }

  pfn(block: number): number {
    return this.startPfn + block * this.blockFrames;
  }

  /** The block of a frame; undefined outside the region. */
  block(pfn: number): number | undefined {
    const block = Math.floor((pfn - this.startPfn) / this.blockFrames);
    return block >= 0 && block < this._owners.length ? block : undefined;
  }

  owner(block: number): number {
    return this._owners[block] ?? UNPLUGGED;
  }

  /** The blocks of an owner, ascending. */
  of(owner: number): number[] {
    const { low, end } = this._bounds.get(owner) ?? { low: 0, end: 0 };
    const blocks: number[] = [];
    for (let block = low; block < end; block++) {
      if (this._owners[block] === owner) blocks.push(block);
    }
    return blocks;
  }

  give(run: BlockRun, owner: number): void {
    const end = run.first + run.count;
    this._owners.fill(owner, run.first, end);
    if (owner === UNPLUGGED) {
      if (end >= this._end) this._findEnd();
      return;
    }
    this._end = Math.max(this._end, end);
    const bounds = this._bounds.get(owner) ?? { low: run.first, end };
    this._bounds.set(owner, {
      low: Math.min(bounds.low, run.first),
      end: Math.max(bounds.end, end),
    });
  }

  takeAway(run: BlockRun): void {
    this.give(run, UNPLUGGED);
  }

  /** Every block of an owner goes to another (-1: to nobody). */
  move(owner: number, to: number): void {
    const { low, end } = this._bounds.get(owner) ?? { low: 0, end: 0 };
    for (let first = low; first < end; first++) {
      if (this._owners[first] !== owner) continue;
      let count = 1;
      while (first + count < end && this._owners[first + count] === owner) count++;
      this.give({ first, count }, to);
      first += count;
    }
    this._bounds.delete(owner);
  }

  /** All that is usable belongs to the pool: a device without PLUG. */
  fillPool(): void {
    this.give({ first: 0, count: this._usable }, 0);
  }

  count(owner: number): number {
    let count = 0;
    for (const found of this._owners) if (found === owner) count++;
    return count;
  }

  get plugged(): number {
    return this._owners.length - this.count(UNPLUGGED);
  }

  /**
   * The unplugged run to give a zone next, at most `blocks` long: behind the zone's highest block if that
   * is free, else the smallest hole that takes all, else the largest there is. Keeps a zone in one piece
   * and large holes whole.
   */
  choose(zone: number, blocks: number): BlockRun | undefined {
    const behind = this._highest(zone) + 1;
    if (behind > 0) {
      const room = this._holeAt(behind, behind + blocks);
      if (room > 0) return { first: behind, count: room };
    }
    const tail = this._usable - this._end;
    let best: BlockRun | undefined = tail > 0 ? { first: this._end, count: tail } : undefined;
    let first = this._owners.indexOf(UNPLUGGED);
    while (first >= 0 && first < Math.min(this._end, this._usable)) {
      const count = this._holeAt(first);
      if (best === undefined || isBetter(count, best.count, blocks)) best = { first, count };
      first = this._owners.indexOf(UNPLUGGED, first + count);
    }
    return best === undefined
      ? undefined
      : { first: best.first, count: Math.min(best.count, blocks) };
  }

  /** Highest block of an owner; -1 when it has none. */
  private _highest(owner: number): number {
    const { low, end } = this._bounds.get(owner) ?? { low: 0, end: 0 };
    for (let block = end - 1; block >= low; block--) {
      if (this._owners[block] === owner) return block;
    }
    return -1;
  }

  private _findEnd(): void {
    while (this._end > 0 && this._owners[this._end - 1] === UNPLUGGED) this._end--;
  }

  /** Blocks of the hole that begins there, as far as `most`. */
  private _holeAt(first: number, most: number = this._usable): number {
    const stop = Math.min(most, this._usable);
    let end = first;
    while (end < stop && this._owners[end] === UNPLUGGED) end++;
    return end - first;
  }

  save(): Int32Array {
    return this._owners.slice();
  }

  load(owners: Int32Array): void {
    this._owners.fill(UNPLUGGED);
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
