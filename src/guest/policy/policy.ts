// What policies of growing and shrinking see and decide. A policy is one small file; CZones and czone-virtio carry out what it says.

import { FUNCTION, type Shape, TEXT } from '../../check/index.ts';

/**
 * A zone as policies see it. Blocks are the region's; a zone's wholly free blocks may be fewer than
 * its free frames make.
 */
export interface CZoneView {
  /** Whose zone: zones with the same key serve the same function. */
  readonly key: string;
  /** Blocks that it has. */
  readonly blocks: number;
  /** Blocks that it may have. */
  readonly limitBlocks: number;
  /** Free frames in blocks, rounded down: what could be given back if pages were moved together. */
  readonly freeBlocks: number;
  /** Blocks that it had at most. */
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

/** What a `GrowthPolicy` looks like, for callers without types. */
export const GROWTH_SHAPE: Shape = {
  name: TEXT,
  firstBlocks: FUNCTION,
  nextBlocks: FUNCTION,
  observe: FUNCTION,
};

/** A living zone as policies of shrinking see it. */
export interface ShrinkView extends CZoneView {
  /** Since when its container has had no call, in ns of virtual time; undefined while it has one. */
  readonly idleSinceNs: number | undefined;
}

/**
 * Decides how many blocks a living zone gives back (`CZoneVirtio.shrink`), for a region smaller than the limits of its zones together
 * (examples/shrink-zone.ts). No system of the replays has one: in none is a zone short of blocks that another one does not use.
 */
export interface ShrinkPolicy {
  /** Its name, for messages. */
  readonly name: string;
  /** Blocks to give back now; 0: it keeps them. */
  blocksToGive(zone: ShrinkView, nowNs: number): number;
}
