// The core room's public face.

export { type BootLayout, boot, freeRanges, layoutOf, ramRanges } from './boot.ts';
export type { CoreConfig } from './config.ts';
export { Core } from './core.ts';
export { CoreError, expectAnswer, statusText } from './error.ts';
export type { FrameView } from './frame-view.ts';
export type { FrameRange } from './frame-range.ts';
export { type CoreBuild, useCore } from './instantiate.ts';
export type { MoveListener } from './moves.ts';
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
export { buddyinfo, freeByOrder, freeFrames, pagetypeinfo, zoneinfo } from './proc.ts';
export { type Fault, faultText, verify } from './verify.ts';
export * from '../abi/index.ts';
export type { CoreSnapshot } from './snapshot.ts';
export type { ZoneView } from './zone-view.ts';
