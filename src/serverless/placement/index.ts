// The placement policies. Adding one is adding its file and its line here.

import { policies } from '../argument.ts';
import { DRAIN } from './drain.ts';
import { EMPTIEST } from './emptiest.ts';
import { FULLEST } from './fullest.ts';
import type { PlacementSpec } from './policy.ts';

export { FULLEST } from './fullest.ts';
export type { Placement, PlacementSpec, Room } from './policy.ts';

/** Placement policies by name (`--placement`). */
export const PLACEMENTS: readonly PlacementSpec[] = policies(FULLEST, EMPTIEST, DRAIN);

/** Name of what systems use unless told otherwise. */
export const DEFAULT_PLACEMENT: string = FULLEST.name;
