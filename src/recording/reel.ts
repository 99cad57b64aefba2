// Memory of a recording through its time: as the kernel had it, or as a policy of pages would have.

import { FUNCTION, expectInteger, expectName, expectShape } from '../check/index.ts';
import type { MapReel } from '../map/index.ts';
import { PAGES_DEFAULTS, PAGE_POLICIES, replayPages } from './placement/index.ts';
import { type Capture, expectCapture } from './read/index.ts';
import { type VerifyMode, verifyReel } from './verify/index.ts';

const MODES: readonly VerifyMode[] = ['guided', 'free-running'];

/** By what a recording's memory may be drawn: as `verifyCapture` has it, or a policy of `PAGE_POLICIES`. */
export const REEL_KINDS: readonly string[] = [...MODES, ...PAGE_POLICIES.map(({ name }) => name)];

const MOMENTS = 50;
const MOMENTS_MOST = 1000;

/** What of a recording is drawn, and who hears how far it is. */
export interface CaptureReelOptions {
  /** One of `REEL_KINDS`; `guided` if not said. */
  readonly by?: string | undefined;
  /** At how many moments the guest is looked at, 2 to 1000; 50 if not said. */
  readonly moments?: number | undefined;
  /** Hears how many commands the core has done, of how many. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** The number of moments, if a reel may have so many. Throws RefusedArgument. */
export function expectMoments(argument: string, moments: number = MOMENTS): number {
  return expectInteger(argument, moments, 2, MOMENTS_MOST);
}

/**
 * The memory of a recording's guest over its time, for `mapSvg`, `mapPng`, `mapText` and `encodeReel` (`guestmem map RECORDING`). Throws
 * RecordingError where the recording cannot be followed, RefusedArgument.
 *
 * @example
 * writeFileSync('end.svg', mapSvg(captureReel(await openCapture('recording'), { by: 'czone' })));
 */
export function captureReel(capture: Capture, options: CaptureReelOptions = {}): MapReel {
  expectShape('options', options, { 'onProgress?': FUNCTION });
  const { onProgress } = options;
  const by = expectName('options.by', options.by ?? 'guided', REEL_KINDS);
  const samples = expectMoments('options.moments', options.moments);
  const mode = MODES.find((name) => name === by);
  if (mode !== undefined) return verifyReel(expectCapture(capture), mode, samples, { onProgress });
  const policies = PAGE_POLICIES.filter(({ name }) => name === by);
  const reels: MapReel[] = [];
  replayPages(capture, {
    ...PAGES_DEFAULTS,
    policies,
    samples,
    onMaps: (reel) => void reels.push(reel),
    onProgress: (_, done, total) => onProgress?.(done, total),
  });
  return reels[0] as MapReel;
}
