// The notebook of the walk: it lies behind the guest, holds nothing from one walk to the next, and tells the first fault.

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  GUEST_BACKED_COUNT_OFFSET,
  GUEST_BASE,
  GUEST_FAULT_FOUND_OFFSET,
  GUEST_FAULT_RULE_OFFSET,
} from '../../../../src/abi/layout.ts';
import { type Core, RULE_BACKED_COUNT, verify } from '../../../../src/core/index.ts';
import { bytesOf, headerWord, rawOf, setHeaderWord } from '../../../../src/core/raw.ts';
import { bootGuest } from '../../../support/core.ts';
import { anonymous } from '../../../support/region.ts';

/** A hash of the guest's bytes without the four words in which a fault is noted. */
function bytes(core: Core): string {
  const all = bytesOf(core).slice(GUEST_BASE, rawOf(core).snapshotBytes());
  all.fill(0, GUEST_FAULT_RULE_OFFSET, GUEST_FAULT_FOUND_OFFSET + 4);
  return createHash('sha1').update(all).digest('hex');
}

const guest = (): Core => bootGuest({ frames: 0x4000, image: { start: 0x2000, count: 256 } });

describe('a walk', () => {
  it('leaves the guest as it was', () => {
    const core = guest();
    const object = anonymous(core);
    core.objects.touch(object, 0, 3000, true, 0);
    core.objects.fork(object, -1, 0);
    const before = bytes(core);
    expect(verify(core)).toBeUndefined();
    expect(bytes(core)).toBe(before);
  });

  it('finds nothing of the last walk in its notes', () => {
    const core = guest();
    const object = anonymous(core);
    core.objects.touch(object, 0, 100, true, 0);
    for (let walk = 0; walk < 3; walk += 1) expect(verify(core)).toBeUndefined();
    core.objects.destroy(object, 0);
    expect(verify(core)).toBeUndefined();
  });

  it('notes what it expected and what it found, until the next one', () => {
    const core = guest();
    core.backing.touch(100, 7, true);
    setHeaderWord(core, GUEST_BACKED_COUNT_OFFSET, 5);
    expect(verify(core)).toMatchObject({ rule: RULE_BACKED_COUNT, expected: 7, found: 5 });
    expect(headerWord(core, GUEST_FAULT_RULE_OFFSET)).toBe(RULE_BACKED_COUNT);
    setHeaderWord(core, GUEST_BACKED_COUNT_OFFSET, 7);
    expect(verify(core)).toBeUndefined();
    expect(headerWord(core, GUEST_FAULT_RULE_OFFSET)).toBe(0);
  });
});

const size = (core: Core): number => rawOf(core).memory.buffer.byteLength;

it('the notebook takes memory in the verify build only: two bytes a frame', () => {
  const more = size(bootGuest()) - size(bootGuest({ config: { build: 'release' } }));
  expect(more).toBeGreaterThanOrEqual(2 * 0x10000);
  expect(more).toBeLessThan(2 * 0x10000 + 2 * 65_536);
});
