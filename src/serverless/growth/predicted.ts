// predicted: a zone begins with what most of its function's earlier zones came to, and grows block by block.

import { type GrowthPolicy, growAsPredicted } from '../../vmm/index.ts';
import { ArgumentError } from '../argument.ts';
import type { GrowthSpec } from './policy.ts';

/** As docs/decisions/0013 measured it: zones remembered, blocks where none is known. */
const MEMORY = 32;
const UNKNOWN_BLOCKS = 8;
const QUANTILE = 0.9;

function predicted(quantile: number): GrowthPolicy {
  return growAsPredicted({ memory: MEMORY, quantile, unknownBlocks: UNKNOWN_BLOCKS });
}

function shareOf(argument: string): number {
  const share = Number(argument);
  if (/^(0?\.\d+|1)$/.test(argument) && share > 0) return share;
  throw new ArgumentError('a share above 0 and up to 1', argument);
}

export const PREDICTED: GrowthSpec = {
  name: 'predicted',
  sentence:
    'A zone begins with what a share of its function’s earlier zones came to, and grows by a block; predicted:SHARE (0.9).',
  create: (argument) => predicted(argument === undefined ? QUANTILE : shareOf(argument)),
};
