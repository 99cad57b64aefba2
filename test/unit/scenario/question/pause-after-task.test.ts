/** What a pause right after a task leaves with the guest. */
import { describe, expect, it } from 'vitest';
import {
  type PauseMechanism,
  pauseRow,
} from '../../../../src/scenario/question/pause-after-task.ts';

function returned(mechanism: PauseMechanism, afterMs: number): number {
  return Number(pauseRow(mechanism, afterMs)['returnedMib']);
}

describe('a VM paused after its task', () => {
  it('has reported nothing before the two seconds of reporting are over, and most of it then', () => {
    expect(returned('reporting', 1999)).toBe(0);
    expect(returned('reporting', 2000)).toBeGreaterThan(128);
  });

  it('gives back by hinting or a balloon at once, and nothing without', () => {
    expect(returned('none', 0)).toBe(0);
    expect(returned('hinting', 0)).toBeGreaterThan(64);
    expect(returned('balloon', 0)).toBeGreaterThan(returned('hinting', 0));
  });

  it('counts the same memory twice: what came back and what is left make up what the task left', () => {
    for (const mechanism of ['reporting', 'hinting', 'balloon'] as const) {
      const row = pauseRow(mechanism, 5000);
      const none = pauseRow('none', 5000);
      const gone = Number(none['freeButHeldMib']) - Number(row['freeButHeldMib']);
      // what the balloon takes beyond that is page tables of the host
      expect(Math.abs(Number(row['returnedMib']) - gone)).toBeLessThan(2);
    }
  });
});
