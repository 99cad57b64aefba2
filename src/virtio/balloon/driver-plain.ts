// What the balloon's driver takes, counts and saves, as plain data.

import type { PAGEBLOCK_FRAMES } from '../../abi/unit.ts';
import type { HintDriverState } from './driver-free.ts';
import type { QueuesState } from './driver-queues.ts';

export interface BalloonDriverCounters {
  inflatedPages: number;
  deflatedPages: number;
  messages: number;
  /** Times an allocation failed while inflating. */
  allocFailures: number;
  oomCalls: number;
  migratedPages: number;
}

export interface BalloonDriverOptions {
  readonly kernel?: '6.1' | '6.12';
  /**
   * 4 KiB pages a frame number in an array stands for. A pageblock: the 2 MiB balloon that HyperAlloc's authors measured
   * with a patched kernel and VMM; no feature bit says so, both ends must be made alike.
   */
  readonly blockPages?: 1 | typeof PAGEBLOCK_FRAMES;
}

/** Plain data; only to be had while the driver waits for nothing. */
export interface BalloonDriverState {
  readonly features: bigint;
  readonly pages: Uint32Array;
  readonly arrayAddr: number;
  readonly statsAddr: number;
  readonly queues: QueuesState;
  readonly hint: HintDriverState | undefined;
}
