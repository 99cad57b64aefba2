// What a balloon's host asks of neighbouring pages, in one look: functions beside the core, which most of its users do without.

import { GUEST_SPAN_OFFSET, GUEST_STATES_OFFSET } from '../abi/layout.ts';
import { STAT_RELEASED_CALLS } from '../abi/stat.ts';
import { expectInteger, expectWords } from '../check/index.ts';
import { type Core, instanceOf } from './core.ts';

const RELEASE = 'releasePages start frames';

/** The top bit of each of four states. */
const ALL_TOPS = -0x7f7f_7f80;

/** Of four states at once: whether the four bits of a kind are all zero in one, as they are for a hole. */
function hasHoleIn(states: number): boolean {
  const tops = states | (states << 1) | (states << 2) | (states << 3);
  return (tops & ALL_TOPS) !== ALL_TOPS;
}

/** Whether a frame of [start, start + count) is no memory; the range lies in the span. Four states a look. */
export function hasHole(core: Core, start: number, count: number): boolean {
  const instance = instanceOf(core);
  const span = instance.headerWord(GUEST_SPAN_OFFSET);
  expectInteger('start', start, 0, span);
  expectInteger('count', count, 0, span - start);
  const { bytes, words } = instance.outer;
  const end = instance.headerWord(GUEST_STATES_OFFSET) + start + count;
  for (let at = end - count; at < end;) {
    const isWord = (at & 3) === 0 && at + 4 <= end;
    const states = isWord ? (words[at >>> 2] as number) : (bytes[at] as number) * 0x0101_0101;
    if (hasHoleIn(states)) return true;
    at += isWord ? 4 : 1;
  }
  return false;
}

/**
 * `backing.release` page by page: as many calls, which are carried out as one unless the guest uses a page. Not for whole blocks of a
 * CZone. Frames that were backed; below 0: the range is not in the guest.
 */
export function releasePages(core: Core, start: number, frames: number): number {
  expectWords(RELEASE, start, frames);
  const instance = instanceOf(core);
  if (instance.raw.usesRange(start, frames) === 0) {
    const released = instance.raw.releaseRange(start, frames);
    if (released >= 0) instance.addToStat(STAT_RELEASED_CALLS, frames - 1);
    return released;
  }
  let released = 0;
  for (let pfn = start; pfn < start + frames; pfn += 1) released += core.backing.release(pfn, 1);
  return released;
}
