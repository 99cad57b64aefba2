// The growth policies of CZones. Adding one is adding its file and its line here.

import { policies } from '../argument.ts';
import { DOUBLING } from './doubling.ts';
import type { GrowthSpec } from './policy.ts';
import { PREDICTED } from './predicted.ts';
import { STEP } from './step.ts';

export type { GrowthSpec } from './policy.ts';
export { PREDICTED } from './predicted.ts';

/** Growth policies of CZones by name (`--growth`). */
export const GROWTHS: readonly GrowthSpec[] = policies(PREDICTED, STEP, DOUBLING);

/** Name of what systems use unless told otherwise: what docs/decisions/0013 recommends. */
export const DEFAULT_GROWTH: string = PREDICTED.name;
