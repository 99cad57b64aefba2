// The machine that systems run on: the published one, and what docs/decisions/0002 chose for the systems compared.

import { FRAMES_PER_GIB, PAGEBLOCK_FRAMES } from '../abi/unit.ts';
import { publishedMachine } from '../cost/index.ts';
import { FULLEST, type MachineConfig, PREDICTED } from '../serverless/index.ts';

/**
 * The machine that systems run on if nothing is said: the published figures, 16 containers a VM, its policies `fullest`
 * and `predicted`.
 */
export function defaultMachine(): MachineConfig {
  return {
    ...publishedMachine(),
    containersPerVm: 16,
    cpusPerVm: 4,
    containerFramesPerVm: 2 * FRAMES_PER_GIB,
    placement: () => FULLEST.create(),
    blockFrames: PAGEBLOCK_FRAMES,
    growth: () => PREDICTED.create(),
    build: 'release',
  };
}
