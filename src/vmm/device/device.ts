// What every device that moves memory between a guest and its host does, whatever its mechanism. A device is made with its VM and
// is attached from then on: the driver has been probed when its constructor returns.

import type { Operations } from '../../cost/index.ts';
import type { MicroVm } from '../microvm.ts';

/** Hears of frames that the guest gave just now, and how many of them had host memory. */
export type Given = (frames: number, releasedFrames: number) => void;

/** What moves memory between a guest and its host, whatever its mechanism. */
export interface MemoryDevice {
  /** The VM that it is attached to. */
  readonly vm: MicroVm;
  /**
   * Asks the guest for so many frames more. What it gives at once is the host's when this returns, the rest may come as the clock
   * moves, or never: nobody outside knows what a guest can spare. A mechanism with larger units keeps what does not fill one in
   * mind.
   */
  ask(frames: number): void;
  /** Ends all asking: the guest may have back what it gave. Nothing where pages come back by being used. */
  giveBack(): void;
  /**
   * The mechanism's own operations so far. Pages that were moved, released and faulted in again are the guest's counts (`Counts`),
   * and not repeated here.
   */
  readonly operations: Operations;
  /** Times that the guest left to the VMM so far: register accesses. */
  readonly exits: number;
  /** Frames with contents that cannot be moved, in places that were asked for and stayed. */
  readonly unmovableFrames: number;
}
