// The back door of tests leads to the same memory as the typed calls.

import { describe, expect, it } from 'vitest';
import { GUEST_SPAN_OFFSET, GUEST_STATES_OFFSET } from '../../../src/abi/layout.ts';
import { Core } from '../../../src/core/index.ts';
import { bytesOf, headerWord, rawOf, setHeaderWord, wordsOf } from '../../../src/core/raw.ts';

describe('the back door', () => {
  it('reads and writes what the core has', () => {
    const core = Core.create({ frames: 4096 });
    expect(wordsOf(core).buffer).toBe(rawOf(core).memory.buffer);
    bytesOf(core)[headerWord(core, GUEST_STATES_OFFSET) + 7] = 0x43;
    expect([core.frames.kind(7), core.frames.order(7)]).toEqual([0x40, 3]);
    setHeaderWord(core, GUEST_SPAN_OFFSET, 1234);
    expect(core.spanFrames).toBe(1234);
  });

  it('is another one for each core', () => {
    const [one, two] = [Core.create({ frames: 4096 }), Core.create({ frames: 4096 })];
    expect(rawOf(one)).not.toBe(rawOf(two));
  });
});
