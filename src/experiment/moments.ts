// Moments of a run as a file and an option say them.

import { RefusedArgument } from '../check/index.ts';
import { MAP_MOMENTS_MOST, type MapsChoice, durationMs } from '../replay/index.ts';

/** How many, or which, commas between. Throws RefusedArgument, and ArgumentError for a time that is none. */
export function momentsIn(text: string): MapsChoice['moments'] {
  if (!/^\d+$/.test(text)) return text.split(',').map((one) => durationMs(one.trim()));
  const moments = Number(text);
  if (moments <= MAP_MOMENTS_MOST) return moments;
  throw new RefusedArgument('moments', `at most ${MAP_MOMENTS_MOST}`, text);
}
