// The shell room's face: what shells are told of the command line.

export { COMPLETE, SHELLS, type Shell, completionScript } from './completion.ts';
