// The scenario room's public face, and the list of scenarios.

import { EXIT_SCENARIO } from './czone-exit.ts';
import { DENSITY_SCENARIO } from './density.ts';
import { IDLE_SCENARIO } from './czone-idle.ts';
import { INFLATE_SCENARIO } from './hyperalloc-inflate.ts';
import { AGENTS_SCENARIO } from './question/agents-per-node.ts';
import { CACHE_SCENARIO } from './question/balloon-and-cache.ts';
import { POLICY_SCENARIO } from './question/balloon-policy.ts';
import { CLONE_SCENARIO } from './question/clone-private.ts';
import { CHARGE_SCENARIO } from './question/file-charge.ts';
import { IDLE_WAYS_SCENARIO } from './question/keep-park-suspend.ts';
import { PAUSE_SCENARIO } from './question/pause-after-task.ts';
import { REPORTING_SCENARIO } from './question/reporting-cost.ts';
import { RESIZE_SCENARIO } from './question/resize-later.ts';
import { SNAPSHOT_SCENARIO } from './question/snapshot-size.ts';
import { POPULAR_SCENARIO } from './popular.ts';
import type { Scenario } from './scenario.ts';

export {
  type GuestSize,
  type LoneHost,
  guestConfig,
  loneHost,
  loneVm,
  touchAndExit,
  vmmFootprint,
} from './guest.ts';
export {
  type Beside,
  type EmulatedPoint,
  type ForkPoint,
  type RecordedLives,
  emulateForks,
  emulateLives,
} from './emulate.ts';
export { EXIT_DEFAULTS, exitRow } from './czone-exit.ts';
export { START_ORDERS, type StartOrder, densityRow } from './density.ts';
export { popularRow } from './popular.ts';
export { IDLE_MECHANISMS, type IdleMechanism, idleRow } from './czone-idle.ts';
export { MECHANISMS, type MechanismName } from './reclaim/mechanism.ts';
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
export const SCENARIOS: readonly Scenario[] = [
  INFLATE_SCENARIO,
  EXIT_SCENARIO,
  IDLE_SCENARIO,
  DENSITY_SCENARIO,
  POPULAR_SCENARIO,
  PAUSE_SCENARIO,
  CACHE_SCENARIO,
  POLICY_SCENARIO,
  REPORTING_SCENARIO,
  CLONE_SCENARIO,
  AGENTS_SCENARIO,
  RESIZE_SCENARIO,
  CHARGE_SCENARIO,
  SNAPSHOT_SCENARIO,
  IDLE_WAYS_SCENARIO,
];
