// The face of profiles: what a function's containers did to memory, from a recording of them.

export type { CoursePoint, MeanSpread } from './course.ts';
export { type ProfileFigures, figuresOf } from './figures.ts';
export { type ProfileFile, parseProfile, profileFileOf } from './file.ts';
export type { CallProfile, ForkProfile, MeasuredProfile, Spread, StartProfile } from './profile.ts';
