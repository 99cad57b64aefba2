// The face of profiles: what a function's containers did to memory, from a recording of them.

export { type ProfileFile, parseProfile, profileFileOf } from './file.ts';
export type { CallProfile, ForkProfile, MeasuredProfile, Spread, StartProfile } from './profile.ts';
