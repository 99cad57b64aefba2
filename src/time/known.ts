// What of this room may stand in the state of a run (src/graph).

import type { Known } from '../graph/index.ts';
import { Beat, nobodyWaits } from './beat.ts';
import { Random } from './chance.ts';
import { CLOCK_CLASSES } from './clock.ts';
import { EventQueue } from './queue.ts';

export const TIME_KNOWN: Known = {
  classes: { ...CLOCK_CLASSES, Beat, EventQueue, Random },
  values: { nobodyWaits },
};
