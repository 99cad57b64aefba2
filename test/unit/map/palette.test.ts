/** Colours differ where uses do. */
import { describe, expect, it } from 'vitest';
import { cssColour, mix, paletteOf } from '../../../src/map/palette.ts';
import { USE_NONE, USE_OWNER } from '../../../src/map/use.ts';

describe.each(['light', 'dark'] as const)('the %s palette', (theme) => {
  const { paper, use } = paletteOf(theme);

  it('has a colour of its own for each kind and for forty containers', () => {
    const colours = use.slice(USE_NONE + 1, USE_OWNER + 40);
    expect(new Set(colours).size).toBe(colours.length);
    expect(colours).not.toContain(paper);
  });
});

it('mixes by channel, and writes colours as CSS does', () => {
  expect(mix(0x000000, 0xff8000, 255)).toBe(0xff8000);
  expect(mix(0x102030, 0xffffff, 0)).toBe(0x102030);
  expect(cssColour(mix(0, 0xfe0000, 128))).toBe('#7f0000');
});
