// Prices what hosts ask guests for: how much, what came of it, and how long each request took, at every price level.

import { NS_PER_MS } from '../abi/unit.ts';
import type { Counts, IdleReclaim, Operations } from '../serverless/index.ts';
import { LEVELS, type Pricing, released } from './pricing.ts';
import { Samples } from './samples.ts';

export class ReclaimMeter {
  private readonly _pricing: Pricing;
  private readonly _blockFrames: number;
  private readonly _samples: readonly Samples[] = LEVELS.map(() => new Samples());
  readonly frames: { askedFrames: number; gotFrames: number } = { askedFrames: 0, gotFrames: 0 };
  /** Of it, what came at once from VMs that were parked. */
  parkedFrames = 0;
  /** Of it, what came from idle containers. */
  readonly idle: { reclaims: number; cancelled: number; gotFrames: number } = {
    reclaims: 0,
    cancelled: 0,
    gotFrames: 0,
  };

  constructor(pricing: Pricing, blockFrames: number) {
    this._pricing = pricing;
    this._blockFrames = blockFrames;
  }

  record(asked: number, got: number, given: Operations, counts: Counts): void {
    this.frames.askedFrames += asked;
    this.frames.gotFrames += got;
    for (let level = 0; level < LEVELS.length; level += 1) {
      const pages = this._pricing.operationsNs(given, level) + this._pricing.pagesNs(counts, level);
      const ns = pages + this._pricing.blocksNs(counts, this._blockFrames, level);
      (this._samples[level] as Samples).push(ns / NS_PER_MS);
    }
  }

  recordIdle({ isCancelled, askedFrames, gotFrames, operations }: IdleReclaim): void {
    if (isCancelled) this.idle.cancelled += 1;
    if (askedFrames === 0) return;
    if (!isCancelled) this.idle.reclaims += 1;
    this.idle.gotFrames += gotFrames;
    this.record(askedFrames, gotFrames, operations, released(gotFrames));
  }

  samplesMs(level: number): Float64Array {
    return (this._samples[level] as Samples).values();
  }
}
