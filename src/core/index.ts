// The core room's public face.

export { type BootLayout, type FrameRange, boot, freeRanges, layoutOf, ramRanges } from './boot.ts';
export type { CoreConfig } from './config.ts';
export { Core } from './core.ts';
export { CoreError, expectAnswer, statusText } from './error.ts';
export type { CoreExports } from './exports.ts';
export { type CoreBuild, instantiate, useCore } from './instantiate.ts';
export { type MoveListener, takeMoves, withMoves } from './moves.ts';
export { surveyZone, type ZoneSurvey } from './survey.ts';
export { CorePool } from './pool.ts';
export {
  type AllocatorState,
  type PcpState,
  ZONE_NAMES,
  type ZoneState,
  loadState,
  saveState,
  stateFrames,
} from './state.ts';
export {
  MIGRATETYPE_NAMES,
  buddyinfo,
  freeByOrder,
  freeFrames,
  pagetypeinfo,
  zoneinfo,
} from './proc.ts';
export { type Fault, faultText, verify } from './verify.ts';
export * from '../abi/index.ts';
export type { CoreSnapshot } from './snapshot.ts';
