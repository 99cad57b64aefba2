// The room of time and chance: the one clock of a run, and the one generator. Whoever makes a run owns them; all others
// get Timers and named streams.

export { TIME_KNOWN } from './known.ts';
export { Beat } from './beat.ts';
export { Random, randomStream, shuffle } from './chance.ts';
export { Clock, TIMER_FIRED } from './clock.ts';
export { EventQueue } from './queue.ts';
export { type TimerHandle, type Timers, expectDelay, expectPeriod } from './timers.ts';
