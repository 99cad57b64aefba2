// What a zone looks like now, as numbers for reports: fragmentation, and what stands in the way of
// taking memory out.

import {
  SURVEY_BLOCKS,
  SURVEY_FREE_BY_ORDER,
  SURVEY_FREE_MEMORY_BLOCKS,
  SURVEY_FREE_PAGEBLOCKS,
  SURVEY_MIXED_PAGEBLOCKS,
  SURVEY_MOVABLE_FRAMES,
  SURVEY_PINNED_FRAMES,
  SURVEY_UNUSABLE_BY_ORDER,
  SURVEY_WORDS,
} from '../abi/layout.ts';
import { ORDERS } from '../abi/unit.ts';
import { type Core, instanceOf } from './core.ts';
import { expectAnswer } from './error.ts';
import { Scratch } from './scratch.ts';

/** One zone at one moment. */
export interface ZoneSurvey {
  /** Free blocks of each order; per-cpu lists are not in it. */
  readonly freeByOrder: readonly number[];
  /** For each order, the share of free frames (0 to 1) in blocks too small for it. */
  readonly unusableByOrder: readonly number[];
  readonly pageblocks: number;
  /**
   * Wholly free 2 MiB pageblocks and 128 MiB memory blocks; frames on per-cpu lists count as free.
   */
  readonly freePageblocks: number;
  readonly freeMemoryBlocks: number;
  /** Pageblocks with movable frames beside others that are in use. */
  readonly mixedPageblocks: number;
  readonly movableFrames: number;
  /** In use and not movable. */
  readonly pinnedFrames: number;
}

/** Looks at every frame of a zone. Throws CoreError when there is no such zone. */
export function surveyZone(core: Core, zone: number): ZoneSurvey {
  const instance = instanceOf(core);
  expectAnswer(instance.raw.surveyZone(zone), 'surveyZone');
  const survey = new Scratch(instance).words(SURVEY_WORDS);
  const word = (at: number): number => survey[at] as number;
  const words = (from: number): number[] =>
    Array.from({ length: ORDERS }, (_, order) => word(from + order));
  return {
    freeByOrder: words(SURVEY_FREE_BY_ORDER),
    unusableByOrder: words(SURVEY_UNUSABLE_BY_ORDER).map((share) => share / 1000),
    pageblocks: word(SURVEY_BLOCKS),
    freePageblocks: word(SURVEY_FREE_PAGEBLOCKS),
    freeMemoryBlocks: word(SURVEY_FREE_MEMORY_BLOCKS),
    mixedPageblocks: word(SURVEY_MIXED_PAGEBLOCKS),
    movableFrames: word(SURVEY_MOVABLE_FRAMES),
    pinnedFrames: word(SURVEY_PINNED_FRAMES),
  };
}
