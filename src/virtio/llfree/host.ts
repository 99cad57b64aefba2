/** What the host does for HyperAlloc's device: it looks into the guest's tables, and holds the memory behind them. */

export interface LlfreeHost {
  /** Frames of the guest's address space. */
  readonly frames: number;
  /** A pass by the clock begins. False: nothing has happened to the guest since the last one, which found nothing. */
  beginPass?(): boolean;
  /** It is over, and took so many huge frames. */
  endPass?(takenHuge: number): void;
  /** Takes the next huge frame of a zone that the tables call free. Its first frame; below zero: there is none. */
  reclaim(zone: number, isHard: boolean): number;
  /** In the tables a huge frame that was taken hard is free again. Whether it was taken. */
  giveBack(pfn: number): boolean;
  /** Puts memory behind a huge frame and says so in the tables. Whether they had it as taken. */
  install(pfn: number): boolean;
  /** Takes the memory behind frames. How many had some. */
  discard(pfn: number, frames: number): number;
}

export interface LlfreeCounters {
  /** Passes over the tables by the clock. */
  passes: number;
  /** Huge frames taken, softly or hard. */
  takenHuge: number;
  returnedHuge: number;
  installedHuge: number;
  /** Frames of 4 KiB that were backed and are not any more; of those, huge frames that were installed as a whole. */
  releasedPages: number;
  releasedHuge: number;
  /** Requests for what was there already. */
  needless: number;
}

export function newLlfreeCounters(): LlfreeCounters {
  return {
    passes: 0,
    takenHuge: 0,
    returnedHuge: 0,
    installedHuge: 0,
    releasedPages: 0,
    releasedHuge: 0,
    needless: 0,
  };
}
