/** The emulator's guest beside a real Linux: the same wishes, what it does of them. */
import { beforeEach, describe, expect, it } from 'vitest';
import { FRAMES_PER_MIB, NS_PER_S, PAGEBLOCK_FRAMES } from '../../../../src/abi/unit.ts';
import { USE_BALLOON } from '../../../../src/map/index.ts';
import type { Sight } from '../../../../src/play/linux/sight.ts';
import { Twin } from '../../../../src/play/linux/twin.ts';

const MIB = 256;

describe('the emulator’s guest', () => {
  let twin: Twin;
  const sight = (): Sight => twin.sight(PAGEBLOCK_FRAMES);

  beforeEach(() => {
    twin = new Twin(MIB, true);
  });

  it('has a balloon of the size that is asked for, on the map, too', () => {
    for (const mib of [64, 16]) {
      twin.ask({ kind: 'target', pages: mib * FRAMES_PER_MIB });
      expect(sight()).toMatchObject({ targetMib: mib, balloonMib: mib });
      const { map } = sight().reel.instants[0]!;
      expect(map.frames[USE_BALLOON]).toBe(mib * FRAMES_PER_MIB);
    }
    expect(sight().counted).toMatchObject({
      'pages into the balloon': 64 * FRAMES_PER_MIB,
      'pages out of it': 48 * FRAMES_PER_MIB,
    });
  });

  it('says fresh statistics when it is asked', () => {
    const before = sight().statistics.freeBytes!;
    twin.ask({ kind: 'target', pages: 64 * FRAMES_PER_MIB });
    expect(sight().statistics.freeBytes).toBe(before);
    twin.ask({ kind: 'statistics' });
    expect(sight().statistics.freeBytes).toBeLessThan(before - 60 * 1024 * 1024);
  });

  it('hints what is free, holds it, and has it back when the host is done', () => {
    expect(sight().hinting).toBe('no');
    twin.ask({ kind: 'hint' });
    expect(sight().hinting).toBe('held');
    expect(sight().counted['pages hinted']).toBeGreaterThan(100 * FRAMES_PER_MIB);
    twin.ask({ kind: 'unhint' });
    expect(sight().hinting).toBe('no');
  });

  it.each([
    [true, 'gives back what it frees, but for its per-CPU lists', 0, 24],
    [false, 'keeps what it frees', 90, 110],
  ])('that may report (%s) %s', (isReporting, _, least, most) => {
    twin = new Twin(MIB, isReporting);
    twin.advance(10 * NS_PER_S);
    const before = sight().backedMib;
    twin.use(96);
    expect(sight().backedMib).toBeGreaterThan(before + 96);
    twin.free();
    twin.advance(10 * NS_PER_S);
    const kept = sight().backedMib - before;
    expect(kept).toBeGreaterThan(least);
    expect(kept).toBeLessThan(most);
  });

  it('has one process at a time', () => {
    twin.use(96);
    twin.use(96);
    expect(sight().reel.owners).toEqual(['a process']);
    twin.free();
    twin.free();
  });
});
