// Names of gfp masks as the trace prints them, against the numbers of Linux 6.12 (docs/linux-memory.md A.11).

import { describe, expect, it } from 'vitest';
import { parseGfp } from '../../../../src/recording/read/gfp-names.ts';

describe('gfp masks of the trace', () => {
  it.each([
    ['none', 0],
    ['GFP_NOWAIT', 0x2800],
    ['GFP_ATOMIC', 0x820],
    ['GFP_NOIO', 0xc00],
    ['GFP_NOFS', 0xc40],
    ['GFP_KERNEL', 0xcc0],
    ['GFP_KERNEL_ACCOUNT', 0x400cc0],
    ['GFP_USER', 0x100cc0],
    ['GFP_HIGHUSER', 0x100cc2],
    ['GFP_HIGHUSER_MOVABLE', 0x100cca],
    ['GFP_TRANSHUGE_LIGHT', 0x1c20ca],
    ['GFP_TRANSHUGE', 0x1c24ca],
    ['GFP_KERNEL|__GFP_ZERO|__GFP_COMP', 0x40dc0],
    ['__GFP_DMA32|0x1000000', 0x1000004],
  ] as const)('%s', (text, mask) => {
    expect(parseGfp(text)).toBe(mask);
  });

  it('gives back the first part that is no name', () => {
    expect(parseGfp('GFP_KERNEL|__GFP_NEW')).toBe('__GFP_NEW');
  });
});
