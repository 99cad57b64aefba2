// The back door: a core's raw calls and memory, for tests that break a rule on purpose or look
// where no typed call looks, and for benches that compare with it. Not in the room's face: no file
// under src/ outside this room imports it.

import { type Core, instanceOf } from './core.ts';
import type { CoreExports } from './exports.ts';

/** The calls as the module exports them. */
export function rawOf(core: Core): CoreExports {
  return instanceOf(core).raw;
}

/** The whole memory in words; an address shifted right by 2 is an index. */
export function wordsOf(core: Core): Uint32Array {
  return instanceOf(core).words;
}

export function bytesOf(core: Core): Uint8Array {
  return instanceOf(core).bytes;
}

/** A word of the guest header by its byte offset. */
export function headerWord(core: Core, offset: number): number {
  return instanceOf(core).headerWord(offset);
}

export function setHeaderWord(core: Core, offset: number, value: number): void {
  instanceOf(core).setHeaderWord(offset, value);
}
