/** A map in letters. */
import { describe, expect, it } from 'vitest';
import { mapText } from '../../../src/map/text.ts';
import { USE_FREE, USE_KERNEL, USE_NONE, USE_OWNER } from '../../../src/map/use.ts';
import { handMap, handReel } from '../../support/map.ts';

const map = handMap(
  256,
  (cells, cell) => {
    const isHole = cell >= 64 && cell < 192;
    cells.use[cell] = isHole ? USE_NONE : cell < 4 ? USE_KERNEL : USE_FREE;
    cells.taken[cell] = cell < 4 ? 255 : 0;
    cells.freeBacked[cell] = cell === 5 ? 255 : 0;
    if (cell === 255) {
      cells.use[cell] = USE_OWNER + 1;
      cells.taken[cell] = 3;
    }
  },
  { [USE_KERNEL]: [2048, 2048], [USE_FREE]: [60_000, 512], [USE_OWNER + 1]: [6, 6] },
);
const reel = { ...handReel(map), owners: ['one', 't\u001b[2Jwo'] };

describe('a map in letters', () => {
  const lines = mapText(reel, map).split('\n');

  it('has a line a memory block and none for what is not there', () => {
    expect(lines[0]).toBe(`  0.000 GiB |KKKK.:${'.'.repeat(58)}|`);
    expect(lines[1]).toBe('');
    expect(lines[2]).toBe(`  0.375 GiB |${'.'.repeat(63)}b|`);
  });

  it('has a legend, in which names from a file move no cursor', () => {
    expect(mapText(reel, map)).toContain('K  kernel                          8.0 MiB');
    expect(mapText(reel, map)).not.toContain('\u001b');
    expect(mapText(reel, map)).toContain('t\\u{1b}[2Jwo');
  });

  it('counts the addresses of each guest from its begin', () => {
    const [first, , third] = mapText({ ...reel, guestFrames: 128 * 512 }, map).split('\n');
    expect(first).toMatch(/^ *VM 1 +0\.000 GiB \|/);
    expect(third).toMatch(/^ *VM 2 +0\.125 GiB \|/);
  });

  it('has colours when they are asked for', () => {
    expect(mapText(reel, map, true)).toContain('\u001b[48;2;');
  });

  it('of a large guest takes few lines: a sign stands for several pageblocks', () => {
    const large = handMap(64 * 512, (cells, cell) => (cells.use[cell] = USE_FREE));
    const text = mapText(handReel(large), large);
    expect(text.split('\n').filter((line) => line.includes('|')).length).toBeLessThanOrEqual(48);
    expect(text).toContain('A sign is 22 MiB.');
  });
});
