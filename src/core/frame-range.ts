// A run of frames, as every list of them in the core and above it has it.

/** A range of frames: `count` frames from `start`. */
export interface FrameRange {
  /** The first frame's number. */
  readonly start: number;
  /** Frames; 0 or more. */
  readonly count: number;
}
