/** What the host does for Faascale's device. */

export interface FaascaleHost {
  /** Frames of the guest's address space. */
  readonly frames: number;
  /** Memory for frames that are about to be used. */
  populate(pfn: number, frames: number): void;
  /** Takes the memory behind frames. How many had some; below zero: the host refuses. */
  depopulate(pfn: number, frames: number): number;
}

export interface FaascaleCounters {
  /** Messages of both queues. */
  messages: number;
  populatedPages: number;
  depopulatedPages: number;
  /** Of the latter those that had memory. */
  releasedPages: number;
}
