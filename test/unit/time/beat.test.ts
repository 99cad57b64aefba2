import { describe, expect, it } from 'vitest';

import { Beat } from '../../../src/time/beat.ts';
import { Clock } from '../../../src/time/clock.ts';

function rig(): { clock: Clock; beat: Beat; log: string[]; say: (who: string) => () => void } {
  const clock = new Clock();
  const log: string[] = [];
  const say = (who: string) => (): void => void log.push(`${who} ${clock.nowNs}`);
  return { clock, beat: new Beat(clock, 100), log, say };
}

describe('a beat', () => {
  it('comes on multiples of the period, for all who wait, by one timer', () => {
    const { clock, beat, log, say } = rig();
    clock.advance(30);
    beat.next(say('a'));
    clock.advance(40);
    beat.next(say('b'));
    expect(clock.pending).toBe(1);
    clock.advance(30);
    expect(log).toEqual(['a 100', 'b 100']);
    expect(clock.pending).toBe(0);
  });

  it('is never now: who asks on a beat waits for the next', () => {
    const { clock, beat, log, say } = rig();
    beat.next(say('a'));
    clock.advance(99);
    expect(log).toEqual([]);
    clock.advance(1);
    beat.next(say('b'));
    expect(log).toEqual(['a 100']);
    clock.advance(100);
    expect(log).toEqual(['a 100', 'b 200']);
  });

  it('calls each once; who wants more asks again, also from within', () => {
    const { clock, beat, log, say } = rig();
    const again = (): void => {
      say('again')();
      if (log.length < 5) beat.next(again);
    };
    beat.next(again);
    beat.next(say('once'));
    clock.advance(1000);
    expect(log).toEqual(['again 100', 'once 100', 'again 200', 'again 300', 'again 400']);
    expect(clock.pending).toBe(0);
  });
});
