// A broken rule in words: every rule has a sentence, and the fault says where and what.

import { describe, expect, it } from 'vitest';
import * as rules from '../../../src/abi/rule.ts';
import { GUEST_BACKED_COUNT_OFFSET } from '../../../src/abi/layout.ts';
import { Core, CoreError, faultText, verify } from '../../../src/core/index.ts';
import { instanceOf } from '../../../src/core/core.ts';
import { rawOf, setHeaderWord } from '../../../src/core/raw.ts';
import { bootGuest } from '../../support/core.ts';

describe('verify', () => {
  it('says what is wrong, where, and by how much', () => {
    const core = bootGuest();
    setHeaderWord(core, GUEST_BACKED_COUNT_OFFSET, 3);
    const fault = verify(core);
    expect(fault).toEqual({
      rule: rules.RULE_BACKED_COUNT,
      text: 'The backed count is the number of bits set.',
      at: 0,
      expected: 0,
      found: 3,
    });
    expect(fault === undefined ? '' : faultText(fault)).toBe(
      'The backed count is the number of bits set. At 0: expected 0, found 3.',
    );
  });

  it.each(Object.entries(rules))('has a sentence for %s', (_, rule) => {
    const core = Core.create({ frames: 1024, build: 'verify' });
    const raw = { ...rawOf(core), verifyAll: () => rule };
    Object.defineProperty(instanceOf(core), 'raw', { value: raw });
    expect(verify(core)?.text).toMatch(/ .*\.$/);
  });

  it('needs a build that can walk itself', () => {
    expect(() => verify(bootGuest({ config: { build: 'release' } }))).toThrow(CoreError);
  });
});

it('a fault in words is of numbers and a sentence', () => {
  const fault = { text: 'A rule.', at: 5, expected: 2, found: Symbol('x') };
  expect(() => faultText(fault as never)).toThrow('fault.found: expected a number');
});
