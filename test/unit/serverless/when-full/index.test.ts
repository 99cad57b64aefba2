import { describe, expect, it } from 'vitest';
import { ArgumentError } from '../../../../src/serverless/index.ts';
import {
  type FullHost,
  WHEN_FULL,
  whenFullOf,
} from '../../../../src/serverless/when-full/index.ts';

describe('policies for a full host', () => {
  it.each([...WHEN_FULL])(
    '$name says what it does, and does one thing',
    ({ sentence, ...step }) => {
      expect(sentence).toMatch(/^[A-Z].*\.$/);
      const done: string[] = [];
      const note = (what: string) => (): boolean => done.push(what) > 0;
      const host: FullHost = {
        evictOldest: note('evict'),
        askDevices: note('ask'),
        killLargest: note('kill'),
      };
      const freed = step.relieve?.(host, 1);
      expect(done).toEqual(freed === true ? [step.name] : []);
    },
  );

  it('are tried in the order in which they are named', () => {
    expect(whenFullOf('ask,evict,queue').map(({ name }) => name)).toEqual([
      'ask',
      'evict',
      'queue',
    ]);
  });

  it.each(['', 'nope', 'evict,evict', 'queue,evict', 'queue,refuse'])('cannot be %j', (text) => {
    expect(() => whenFullOf(text)).toThrow(ArgumentError);
  });
});
