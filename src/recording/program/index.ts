// The face of compiling: a recording as commands, and what executes them.

export { CorePort } from './core-port.ts';
export { compileFreeRunning, type FreeProgram } from './free-running.ts';
export { compileGuided, type GuidedProgram } from './guided.ts';
export { CONTIG_BATCH_PAGES, CONTIG_BATCH_TRIES } from './hotplug.ts';
export * from './program.ts';
export { type SeenTurn, tellClock, turnsShiftUs } from './turn-clock.ts';
export { drainTurns, isVmstatDrain } from './vmstat-turns.ts';
