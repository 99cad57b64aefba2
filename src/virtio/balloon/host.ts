/** What the host does for a balloon device, in protocol pages of 4 KiB. */

export interface BalloonHost {
  /**
   * Takes frames back; the guest reads zeros there afterwards. Returns how many were backed, or -1
   * when the range is not all guest RAM, and then does nothing.
   */
  discard(pfn: number, count: number): number;
  /**
   * Takes frames of 4 KiB host pages back one by one: as many discards, fewer than a pageblock's. Answers as discard() does; a
   * host without it is asked for each.
   */
  discardPages?(pfn: number, count: number): number;
  /** The guest is about to use the frames again. */
  willNeed(pfn: number, count: number): void;
  /** The guest says that the frames hold nothing of worth, for a migration. */
  noteFree(pfn: number, count: number): void;
  /** The driver wrote `actual`. */
  actualChanged?(pages: number, oldPages: number): void;
}

/** What a balloon device did, for prices and tests. */
export interface BalloonCounters {
  inflatedPages: number;
  deflatedPages: number;
  reportedPages: number;
  hintedPages: number;
  /** Frames that were backed and are not any more. */
  releasedPages: number;
  discardCalls: number;
  willNeedCalls: number;
  inflateRequests: number;
  deflateRequests: number;
  reportRequests: number;
  statsRequests: number;
  /** Frame numbers or ranges outside guest memory. */
  outsideMemory: number;
}

export function newBalloonCounters(): BalloonCounters {
  return {
    inflatedPages: 0,
    deflatedPages: 0,
    reportedPages: 0,
    hintedPages: 0,
    releasedPages: 0,
    discardCalls: 0,
    willNeedCalls: 0,
    inflateRequests: 0,
    deflateRequests: 0,
    reportRequests: 0,
    statsRequests: 0,
    outsideMemory: 0,
  };
}
