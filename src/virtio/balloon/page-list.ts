/**
 * The pages in a balloon: a list that takes and gives at its head, and from whose middle a page can be
 * taken for migration. An array of frame numbers used as a stack, with holes where a page was taken out.
 */

const HOLE = 0xffff_ffff;

export class PageList {
  #pfns = new Uint32Array(1024);
  /** Entries in use, holes included. The head is the last. */
  #length = 0;
  #count = 0;
  /** Position of each frame plus one, built when first a page leaves from the middle. */
  #positions: Uint32Array | undefined;

  get count(): number {
    return this.#count;
  }

  /** Puts a page at the head. */
  push(pfn: number): void {
    if (this.#length === this.#pfns.length) this.#grow();
    this.#pfns[this.#length++] = pfn;
    this.#count++;
    if (this.#positions !== undefined) this.#setPosition(pfn, this.#length);
  }

  /** Takes the page at the head. */
  pop(): number | undefined {
    while (this.#length > 0) {
      const pfn = this.#pfns[--this.#length] ?? HOLE;
      if (pfn === HOLE) continue;
      this.#count--;
      if (this.#positions !== undefined) this.#positions[pfn] = 0;
      return pfn;
    }
    return undefined;
  }

  /** Takes a page from wherever it is; false when it is not in the list. */
  remove(pfn: number): boolean {
    this.#positions ??= this.#index();
    const position = this.#positions[pfn] ?? 0;
    if (position === 0) return false;
    this.#positions[pfn] = 0;
    this.#pfns[position - 1] = HOLE;
    this.#count--;
    return true;
  }

  /** Frame numbers from the tail to the head. */
  toArray(): Uint32Array {
    return this.#pfns.subarray(0, this.#length).filter((pfn) => pfn !== HOLE);
  }

  load(pfns: Uint32Array): void {
    this.#pfns = pfns.slice();
    this.#length = this.#count = pfns.length;
    this.#positions = undefined;
  }

  /** Closes the holes if they are many, else doubles the array. */
  #grow(): void {
    if (this.#count < this.#length / 2) {
      const kept = this.toArray();
      this.#pfns.set(kept);
      this.#length = kept.length;
      this.#positions = this.#index();
      return;
    }
    const larger = new Uint32Array(Math.max(1024, this.#pfns.length * 2));
    larger.set(this.#pfns);
    this.#pfns = larger;
  }

  #index(): Uint32Array {
    let highest = 0;
    for (let i = 0; i < this.#length; i++) {
      const pfn = this.#pfns[i] ?? HOLE;
      if (pfn !== HOLE && pfn > highest) highest = pfn;
    }
    const positions = new Uint32Array(highest + 1);
    for (let i = 0; i < this.#length; i++) {
      const pfn = this.#pfns[i] ?? HOLE;
      if (pfn !== HOLE) positions[pfn] = i + 1;
    }
    return positions;
  }

  #setPosition(pfn: number, position: number): void {
    let positions = this.#positions ?? new Uint32Array(pfn + 1);
    if (pfn >= positions.length) {
      const larger = new Uint32Array(Math.max(pfn + 1, positions.length * 2));
      larger.set(positions);
      positions = larger;
    }
    positions[pfn] = position;
    this.#positions = positions;
  }
}
