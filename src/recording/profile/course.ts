// The course of a container's life: what its processes have got and given back from its start until it is ready, and
// until certain calls have ended.

import { GFP_MOVABLE, GFP_NORETRY } from '../../core/index.ts';
import { EVENT_ALLOC, EVENT_FREE, type KernelTrace, NO_FRAME } from '../read/index.ts';
import { isOwn } from './life.ts';

/** Frames since the start, at one point of it. */
export interface CourseFrames {
  readonly allocated: number;
  /** Those of them that are free again, whoever gave them back. */
  readonly freed: number;
  /** Those of them that are pages of files. */
  readonly file: number;
}

/** Over the containers of a recording. Unlike medians, the means of parts add up to the mean of their sum. */
export interface MeanSpread {
  readonly least: number;
  readonly mean: number;
  readonly most: number;
}

export interface CoursePoint {
  /** Calls that have ended; 0: it is ready for the first. */
  readonly call: number;
  /** Frames that its processes got since the start… */
  readonly allocated: MeanSpread;
  /** …those of them that are free again… */
  readonly freed: MeanSpread;
  /** …and those that are pages of files. The first container finds none in memory. */
  readonly file: MeanSpread;
  readonly anonymous: MeanSpread;
}

const HUNDREDTH = 100;

export function meanSpreadOf(values: readonly number[]): MeanSpread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    least: Math.min(...values),
    mean: Math.round(mean * HUNDREDTH) / HUNDREDTH,
    most: Math.max(...values),
  };
}

/** What a file's readahead asks for: pages that can be moved, and no trying again. Anonymous memory is asked for in earnest. */
function isFilePage(gfp: number): boolean {
  return (gfp & (GFP_MOVABLE | GFP_NORETRY)) === (GFP_MOVABLE | GFP_NORETRY);
}

/** What these processes have got and given back between an event and each of the later ones. */
export function courseIn(
  trace: KernelTrace,
  family: ReadonlySet<number>,
  first: number,
  points: readonly number[],
): CourseFrames[] {
  const held = new Map<number, { readonly frames: number; readonly isFile: boolean }>();
  let [allocated, freed, file] = [0, 0, 0];
  let event = first;
  return points.map((end) => {
    for (; event < end; event += 1) {
      const kind = trace.kind[event];
      const pfn = trace.pfn[event] as number;
      if (kind === EVENT_FREE) {
        const gone = held.get(pfn);
        if (gone === undefined) continue;
        freed += gone.frames;
        if (gone.isFile) file -= gone.frames;
        held.delete(pfn);
      } else if (kind === EVENT_ALLOC && pfn !== NO_FRAME && isOwn(trace, event, family)) {
        const frames = 2 ** (trace.order[event] as number);
        const isFile = isFilePage(trace.gfp[event] as number);
        held.set(pfn, { frames, isFile });
        allocated += frames;
        if (isFile) file += frames;
      }
    }
    return { allocated, freed, file };
  });
}
