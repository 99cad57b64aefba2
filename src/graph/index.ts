// The room of graphs: the state of a run as bytes, and back. Open to all rooms: each names what of its own may stand there.

export { bound, partial } from './bound.ts';
export { UnreadableState, UnwritableState } from './error.ts';
export { type Known, type Special } from './known.ts';
export { programMark } from './program-mark.ts';
export { readGraph } from './read.ts';
export { type Sealed, expectSame, isSealed, seal, unseal } from './seal.ts';
export { type Pack, writeGraph } from './write.ts';
