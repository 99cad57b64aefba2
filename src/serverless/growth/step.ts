// step: a zone begins with so many blocks and gets as many more each time that it is full.

import { growByStep } from '../../vmm/index.ts';
import { type GrowthSpec, blocksOf } from './policy.ts';

export const STEP: GrowthSpec = {
  name: 'step',
  sentence: 'A zone begins with N blocks and grows by as many; step:N, one without a number.',
  create: (argument) => growByStep(blocksOf(argument)),
};
