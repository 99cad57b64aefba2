// What growth policies see and decide. A policy is one small file; CZones carries out what it says.

/**
 * A zone as policies see it. Blocks are the region's; a zone's wholly free blocks may be fewer than
 * its free frames make.
 */
export interface CZoneView {
  /** Whose zone: zones with the same key serve the same function. */
  readonly key: string;
  readonly blocks: number;
  readonly limitBlocks: number;
  /** Free frames in blocks, rounded down: what could be given back if pages were moved together. */
  readonly freeBlocks: number;
  readonly peakBlocks: number;
}

/** Decides how a zone grows. */
export interface GrowthPolicy {
  /** Its name, for messages. */
  readonly name: string;
  /** Blocks for a new zone. */
  firstBlocks(key: string, limitBlocks: number): number;
  /** Blocks to add to a zone that is full; at least 1. The zone stays within the limit. */
  nextBlocks(zone: CZoneView): number;
  /** A zone has ended: what it held at most. */
  observe(key: string, peakBlocks: number): void;
}
