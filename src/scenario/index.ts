// The scenario room's public face, and the list of scenarios.

import { CZONE_EXIT } from './czone-exit.ts';
import { CZONE_IDLE } from './czone-idle.ts';
import { HYPERALLOC_INFLATE } from './hyperalloc-inflate.ts';
import type { Scenario } from './scenario.ts';

export { type GuestSize, guestConfig, hotplugStart, loneVm, vmmFootprint } from './guest.ts';
export { EXIT_DEFAULTS, MECHANISMS, exitRow } from './czone-exit.ts';
export { IDLE_MECHANISMS, type IdleMechanism, idleRow } from './czone-idle.ts';
export type { MechanismName } from './reclaim/reclaimer.ts';
export { type InflateMechanism, inflateRow } from './hyperalloc-inflate.ts';
export {
  EXIT_ORDERS,
  type ExitOrder,
  type Scenario,
  type ScenarioOptions,
  type ScenarioRow,
  scenarioTable,
} from './scenario.ts';

/** Every scenario, in the order in which they are listed. */
export const SCENARIOS: readonly Scenario[] = [HYPERALLOC_INFLATE, CZONE_EXIT, CZONE_IDLE];
