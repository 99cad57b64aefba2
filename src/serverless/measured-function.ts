// What is known of a function that was measured on a real kernel.

import { NUMBER, type Shape, TEXT } from '../check/index.ts';

/**
 * What one function's containers did, in frames of 4 KiB: of what adds up over a life the mean over them, of what one call does
 * the median.
 */
export interface MeasuredFunction {
  /** Of its program in recorder/functions. */
  readonly name: string;
  /** Files that a start reads when none of them is in memory. */
  readonly file: number;
  /** Anonymous memory when it is ready for calls. */
  readonly anonymous: number;
  /** Resident over that while it starts. */
  readonly peak: number;
  /** Anonymous memory after 1, 10 and 100 calls. */
  readonly grown: readonly [number, number, number];
  /** Pages of files that it has read by then, those of its start among them. */
  readonly files: readonly [number, number, number];
  /** Frames that its start got and gave back… */
  readonly startFreed: number;
  /** …and its first 1, 10 and 100 calls. */
  readonly callsFreed: readonly [number, number, number];
  /** Anonymous pages that its hundredth call touches… */
  readonly touched: number;
  /** …and writes of them. */
  readonly written: number;
  /** File pages that that call touches. */
  readonly touchedFile: number;
  /** Pages that it gets and gives back. */
  readonly held: number;
  /** Its first call: anonymous pages that it touches, those that it brings among them, and writes; file pages that it touches. */
  readonly first: { readonly touched: number; readonly written: number; readonly file: number };
  /** Of a process forked from one that is ready: its own pages after a call, and those of them that the call brought. */
  readonly fork?: { readonly written: number; readonly brought: number } | undefined;
}

const FRAMES_AFTER: Shape = [NUMBER];

export const MEASURED_SHAPE: Shape = {
  name: TEXT,
  file: NUMBER,
  anonymous: NUMBER,
  peak: NUMBER,
  grown: FRAMES_AFTER,
  files: FRAMES_AFTER,
  startFreed: NUMBER,
  callsFreed: FRAMES_AFTER,
  touched: NUMBER,
  written: NUMBER,
  touchedFile: NUMBER,
  held: NUMBER,
  first: { touched: NUMBER, written: NUMBER, file: NUMBER },
  'fork?': { written: NUMBER, brought: NUMBER },
};
