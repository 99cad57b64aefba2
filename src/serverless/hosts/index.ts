// The policies for hosts. Adding one is adding its file and its line here.

import { policies } from '../argument.ts';
import { FIRST_FIT } from './first-fit.ts';
import { LEAST_LOADED } from './least-loaded.ts';
import type { HostPlacementSpec } from './policy.ts';
import { SAME_FUNCTION } from './same-function.ts';

export type { HostPlacement, HostPlacementSpec, HostRoom } from './policy.ts';

/** Policies for hosts, by name (`--host-placement`). */
export const HOST_PLACEMENTS: readonly HostPlacementSpec[] = policies(
  FIRST_FIT,
  LEAST_LOADED,
  SAME_FUNCTION,
);

/** Name of what is used unless told otherwise. */
export const DEFAULT_HOST_PLACEMENT: string = FIRST_FIT.name;
