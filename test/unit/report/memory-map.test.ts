import { expect, it } from 'vitest';
import { memoryMapSvg } from '../../../src/report/memory-map.ts';

const map = {
  system: 's',
  guest: 'g',
  tMs: 0,
  cellBytes: 4096,
  states: ['not backed', 'a<b'],
  cells: new Uint8Array(256),
};

/** Cell rectangles as [x, y, width]; the two of the legend are 12 high. */
function rectangles(cells: Uint8Array): number[][] {
  const found = memoryMapSvg({ ...map, cells }).matchAll(
    /<rect x="(\d+)" y="(\d+)" width="(\d+)" height="6"/g,
  );
  return [...found].map(([, x, y, width]) => [Number(x), Number(y), Number(width)]);
}

it('draws one rectangle for a run and ends it at the row', () => {
  expect(rectangles(new Uint8Array(256))).toEqual([
    [0, 24, 896],
    [0, 31, 896],
  ]);
});

it('covers each cell once', () => {
  const cells = Uint8Array.from({ length: 300 }, (_, index) => (index % 7 === 0 ? 1 : 0));
  const area = rectangles(cells).reduce((sum, [, , width]) => sum + width!, 0);
  expect(area).toBe(300 * 7);
});

it('draws nothing for no cells and escapes names', () => {
  expect(rectangles(new Uint8Array())).toEqual([]);
  expect(memoryMapSvg(map)).toContain('a&lt;b');
});

it('refuses a cell without a state', () => {
  expect(() => rectangles(Uint8Array.of(0, 2))).toThrow(
    /memory map of s: expected states of which there are 2, found 2/,
  );
});
