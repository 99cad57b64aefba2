// doubling: a zone begins with so many blocks and doubles each time that it is full.

import { growByDoubling } from '../../vmm/index.ts';
import { type GrowthSpec, blocksOf } from './policy.ts';

export const DOUBLING: GrowthSpec = {
  name: 'doubling',
  sentence: 'A zone begins with N blocks and doubles; doubling:N, one without a number.',
  create: (argument) => growByDoubling(blocksOf(argument)),
};
