/**
 * The pages in a balloon: a list that takes and gives at its head, and from whose middle a page can be
 * taken for migration. An array of frame numbers used as a stack, with holes where a page was taken out.
 */

import { expectMade, expectWords } from '../../check/index.ts';

const HOLE = 0xffff_ffff;

const PAGE = 'balloon pfn';

export class PageList {
  private _pfns = new Uint32Array(1024);
  /** Entries in use, holes included. The head is the last. */
  private _length = 0;
  private _count = 0;
  /** Position of each frame plus one, built when first a page leaves from the middle. */
  private _positions: Uint32Array | undefined;

  get count(): number {
    return this._count;
  }

  /** Puts a page at the head. */
  push(pfn: number): void {
    if (this._length === this._pfns.length) this._grow();
    this._pfns[this._length++] = pfn;
    this._count++;
    if (this._positions !== undefined) this._setPosition(pfn, this._length);
  }

  /** Puts pages at the head one after the other: the last is the head. */
  pushAll(pfns: Uint32Array): void {
    if (this._positions !== undefined) {
      for (const pfn of pfns) this.push(pfn);
      return;
    }
    while (this._length + pfns.length > this._pfns.length) this._grow();
    this._pfns.set(pfns, this._length);
    this._length += pfns.length;
    this._count += pfns.length;
  }

  /** Takes the page at the head. */
  pop(): number | undefined {
    while (this._length > 0) {
      const pfn = this._pfns[--this._length] ?? HOLE;
      if (pfn === HOLE) continue;
      this._count--;
      if (this._positions !== undefined) this._positions[pfn] = 0;
      return pfn;
    }
    return undefined;
  }

  /** Takes a page from wherever it is; false when it is not in the list. */
  remove(pfn: number): boolean {
    expectWords(PAGE, pfn);
    this._positions ??= this._index();
    const position = this._positions[pfn] ?? 0;
    if (position === 0) return false;
    this._positions[pfn] = 0;
    this._pfns[position - 1] = HOLE;
    this._count--;
    return true;
  }

  /** Frame numbers from the tail to the head. */
  toArray(): Uint32Array {
    return this._pfns.subarray(0, this._length).filter((pfn) => pfn !== HOLE);
  }

  load(pfns: Uint32Array): void {
    this._pfns = expectMade('pages', pfns, Uint32Array).slice();
    this._length = this._count = pfns.length;
    this._positions = undefined;
  }

  /** Closes the holes if they are many, else doubles the array. */
  private _grow(): void {
    if (this._count < this._length / 2) {
      const kept = this.toArray();
      this._pfns.set(kept);
      this._length = kept.length;
      this._positions = this._index();
      return;
    }
    const larger = new Uint32Array(Math.max(1024, this._pfns.length * 2));
    larger.set(this._pfns);
    this._pfns = larger;
  }

  private _index(): Uint32Array {
    let highest = 0;
    for (let i = 0; i < this._length; i++) {
      const pfn = this._pfns[i] ?? HOLE;
      if (pfn !== HOLE && pfn > highest) highest = pfn;
    }
    const positions = new Uint32Array(highest + 1);
    for (let i = 0; i < this._length; i++) {
      const pfn = this._pfns[i] ?? HOLE;
      if (pfn !== HOLE) positions[pfn] = i + 1;
    }
    return positions;
  }

  private _setPosition(pfn: number, position: number): void {
    let positions = this._positions ?? new Uint32Array(pfn + 1);
    if (pfn >= positions.length) {
      const larger = new Uint32Array(Math.max(pfn + 1, positions.length * 2));
      larger.set(positions);
      positions = larger;
    }
    positions[pfn] = position;
    this._positions = positions;
  }
}
