/** Huge entries: what is free in one tree. */
import { describe, expect, it } from 'vitest';
import { STATUS_BAD_STATE } from '../../../../src/abi/status.ts';
import { expectSound, smallLlfree, takeMany } from '../../../support/llfree.ts';

describe('a huge frame', () => {
  it('that is allocated counts none free and leaves its field alone', () => {
    const core = smallLlfree();
    const frame = core.get(9, 1, 0);
    expect(core.tables.entry(frame / 512)).toEqual({ free: 0, isHuge: true, isEvicted: false });
    expect(core.tables.isTaken(frame)).toBe(false);
  });

  it('is split when a part of it is given back', () => {
    const core = smallLlfree();
    const frame = core.get(9, 1, 0);
    expect(core.put(frame + 8, 3, 1, 0)).toBe(0);
    expect(core.tables.entry(frame / 512)).toEqual({ free: 8, isHuge: false, isEvicted: false });
    expect(core.put(frame, 9, 1, 0)).toBe(STATUS_BAD_STATE);
    expectSound(core);
  });

  it('is free again when its count is back, without a merge', () => {
    const core = smallLlfree();
    const frames = takeMany(core, 512, 0);
    expect(core.tables.count().huge).toBe(15);
    for (const frame of frames) core.put(frame, 0, 0, 0);
    expect(core.tables.count().huge).toBe(16);
    expect(core.get(9, 0, 0)).toBe(6144);
  });

  it('that was taken as small frames is not given back as huge', () => {
    const core = smallLlfree();
    const first = Math.min(...takeMany(core, 512, 0));
    expect(core.put(first, 9, 0, 0)).toBe(STATUS_BAD_STATE);
    expectSound(core);
  });
});

describe('a search', () => {
  it('keeps its row number in each next huge frame, so that each begins a row earlier', () => {
    const core = smallLlfree();
    const frames = takeMany(core, 2048, 0);
    expect([frames[0], frames[512], frames[1024], frames[1536], frames[2047]]).toEqual([
      6144, 7104, 7552, 8000, 7999,
    ]);
  });

  it('for two huge frames wants both whole and aligned, and undoes nothing that others have', () => {
    const core = smallLlfree();
    const frame = core.get(9, 1, 0);
    expect(core.get(10, 1, 0)).toBe(frame + 1024);
    expect(core.get(10, 1, 0, frame)).toBeLessThan(0);
    expect(core.tables.entry(frame / 512 + 1).free).toBe(512);
    expectSound(core);
  });
});
