// A status becomes an error in words, once.

import { describe, expect, it } from 'vitest';
import * as status from '../../../src/abi/status.ts';
import { CoreError, expectAnswer, statusText } from '../../../src/core/index.ts';

describe('statusText', () => {
  it.each(Object.entries(status))('has words for %s', (_, code) => {
    expect(statusText(code)).not.toMatch(/^status /);
  });

  it('has different words for each', () => {
    const texts = Object.values(status).map(statusText);
    expect(new Set(texts).size).toBe(texts.length);
    expect(statusText(-99)).toBe('status -99');
  });
});

const call = (): number => expectAnswer(status.STATUS_BUSY, 'contigAlloc');

describe('expectAnswer', () => {
  it('passes answers on, zero among them', () => {
    expect([0, 7].map((answer) => expectAnswer(answer, 'x'))).toEqual([0, 7]);
  });

  it('names the call that failed', () => {
    expect(call).toThrow(CoreError);
    expect(call).toThrow('contigAlloc: an unmovable page is in the way');
  });
});
