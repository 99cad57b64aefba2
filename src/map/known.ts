// What of this room may stand in the state of a run (src/graph).

import type { Known } from '../graph/index.ts';
import { Owners } from './owners.ts';

export const MAP_KNOWN: Known = { classes: { Owners } };
