// Zones of a fixed size: a zone has all of its blocks from the start, and one that is full has its limit.

import type { GrowthPolicy } from './policy.ts';

export const WHOLE: GrowthPolicy = {
  name: 'whole',
  firstBlocks: (_, limitBlocks) => limitBlocks,
  nextBlocks: () => 1,
  observe: () => {},
};
