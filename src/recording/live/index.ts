// The face of live runs: a guest of our own beside a recorded one.

export type { LiveSeries } from './compare.ts';
export type { LiveCounts } from './guest.ts';
export { LIVE_MOMENTS, type LiveOptions, type LiveResult, runLive } from './live.ts';
