/** A map as SVG. */
import { describe, expect, it } from 'vitest';
import { MAP_SVG_MARK, mapPicture, mapSvg } from '../../../src/map/svg.ts';
import { USE_FILE, USE_FREE } from '../../../src/map/use.ts';
import { handMap, handReel } from '../../support/map.ts';

const map = handMap(
  64,
  (cells, cell) => {
    cells.use[cell] = cell < 8 ? USE_FILE : USE_FREE;
    cells.taken[cell] = cell < 8 ? 255 : 0;
    cells.takenBacked[cell] = cells.taken[cell] as number;
    cells.zone[cell] = cell < 8 ? 0 : 1;
  },
  { [USE_FILE]: [4096, 4096], [USE_FREE]: [28_672, 0] },
);

describe('an SVG', () => {
  const svg = mapSvg(handReel(map, map));

  it('says which moment it is, with names escaped', () => {
    expect(svg).toContain('<title>by &lt;hand&gt;, 1.00 s: step 1</title>');
  });

  it('is told from drawings of other programs', () => {
    expect(svg).toMatch(MAP_SVG_MARK);
    const { note: _note, ...bare } = handReel(map).instants[0]!;
    expect(mapSvg({ ...handReel(map), instants: [bare] })).toMatch(MAP_SVG_MARK);
    expect('<svg role="img"><title>A drawing of mine</title></svg>').not.toMatch(MAP_SVG_MARK);
  });

  it('has a rectangle a cell, a border between zones, and a legend with figures', () => {
    const cells = svg.match(/<rect [^>]*height="(\d+)" fill="#[0-9a-f]{6}"\/>/g) ?? [];
    expect(cells.length).toBe(64 + 1);
    expect(svg.match(/h\d+/g)?.length).toBe(8);
    expect(svg).toContain('file: 16.0 MiB');
  });

  it('is the same cells alone where a page has the rest', () => {
    const picture = mapPicture(handReel(map), map, 'a <map>');
    expect(picture).toContain('aria-label="a &lt;map&gt;"');
    expect(picture.match(/<rect /g)?.length).toBe(64);
    expect(picture).not.toContain('<text');
  });

  it('of a moment that the reel has not is refused', () => {
    expect(() => mapSvg(handReel(map), 1)).toThrow(RangeError);
  });
});
