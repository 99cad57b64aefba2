import { describe, expect, it } from 'vitest';
import { Soon } from '../../../../src/play/linux/soon.ts';

describe('what is done soon', () => {
  it('is done once, later, however often it was asked for', () => {
    const frames: (() => void)[] = [];
    let done = 0;
    const soon = new Soon(
      (run) => void frames.push(run),
      () => (done += 1),
    );
    soon.ask();
    soon.ask();
    expect([done, frames.length]).toEqual([0, 1]);
    frames.shift()?.();
    expect(done).toBe(1);
    soon.ask();
    frames.shift()?.();
    expect([done, frames.length]).toEqual([2, 0]);
  });
});
