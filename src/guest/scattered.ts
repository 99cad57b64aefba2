// Where a process, or a kernel, that goes on from an image touches its memory.

/** Neighbouring pages: REAP (ASPLOS '21) finds runs of 2 to 3 pages in the memory that functions touch after a restore. */
const RUN_PAGES = 3;

/** Pages of an object: all of them, those that are touched, and those of these that are written. Whole numbers. */
export interface Scattered {
  readonly pages: number;
  readonly touched: number;
  readonly written: number;
}

/** Touches pages in short runs, all over the object and evenly; those that are written lie among those that are read. */
export function scattered(
  { pages, touched, written }: Scattered,
  touch: (start: number, count: number, write: boolean) => void,
): void {
  const runs = Math.ceil(touched / RUN_PAGES);
  const writing = Math.ceil(written / RUN_PAGES);
  let placed = 0;
  let left = written;
  for (let run = 0; run < runs; run += 1) {
    // the first is the short one: it is written only if all are
    const count = run === 0 ? touched - RUN_PAGES * (runs - 1) : RUN_PAGES;
    const start = placed + Math.floor((run * (pages - touched)) / runs);
    const turns = Math.floor(((run + 1) * writing) / runs) - Math.floor((run * writing) / runs);
    const first = turns > 0 ? Math.min(count, left) : 0;
    if (first > 0) touch(start, first, true);
    if (first < count) touch(start + first, count - first, false);
    placed += count;
    left -= first;
  }
}
