// Views of one memory: what one writes another reads.

import { describe, expect, it } from 'vitest';
import {
  BUFFER_SLOT_BYTES,
  GUEST_BASE,
  GUEST_BUFFER_OFFSET,
  GUEST_SPAN_OFFSET,
  STATS_BASE,
  STATS_MAX,
} from '../../../src/abi/layout.ts';
import { Core } from '../../../src/core/index.ts';
import { instanceOf } from '../../../src/core/core.ts';

const instance = () => instanceOf(Core.create({ frames: 4096, objects: 4, bufferSlots: 16 }));

describe('Instance', () => {
  it('reads and writes words of the header and of the memory alike', () => {
    const made = instance();
    expect(made.headerWord(GUEST_SPAN_OFFSET)).toBe(4096);
    made.setHeaderWord(GUEST_SPAN_OFFSET, 0xfedc_ba98);
    expect(made.word(GUEST_BASE + GUEST_SPAN_OFFSET)).toBe(0xfedc_ba98);
    expect([...made.bytes.subarray(GUEST_BASE + 4, GUEST_BASE + 8)]).toEqual([
      0x98, 0xba, 0xdc, 0xfe,
    ]);
    made.setWord(GUEST_BASE + GUEST_SPAN_OFFSET, 5);
    expect(made.headerWord(GUEST_SPAN_OFFSET)).toBe(5);
  });

  it('has the counters where the core counts', () => {
    const made = instance();
    new DataView(made.bytes.buffer).setFloat64(STATS_BASE + 24, 1.5, true);
    expect(made.stat(3)).toBe(1.5);
    made.addToStat(3, 2);
    expect(made.stat(3)).toBe(3.5);
    expect(made.stat(STATS_MAX)).toBe(0);
  });

  it('has the buffer for recordings at its place and size', () => {
    const made = instance();
    expect(made.program.byteOffset).toBe(made.headerWord(GUEST_BUFFER_OFFSET));
    expect(made.program.byteLength).toBe(16 * BUFFER_SLOT_BYTES);
  });

  it('reads nothing past its memory', () => {
    expect(instance().word(2 ** 31)).toBe(0);
  });
});
