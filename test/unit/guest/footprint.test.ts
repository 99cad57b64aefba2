// Frames that follow from a guest's size by x86-64's structures.

import { describe, expect, it } from 'vitest';
import { memmapFrames, pageTableFrames } from '../../../src/guest/footprint.ts';

describe('the memmap', () => {
  it('has 64 bytes a frame: 2 MiB for each 128 MiB', () => {
    expect(memmapFrames(32_768)).toBe(512);
    expect([0, 1, 64, 65].map(memmapFrames)).toEqual([0, 1, 1, 2]);
  });
});

describe('page tables', () => {
  it('are a few pages, and one more for each 512 that are mapped', () => {
    const base = pageTableFrames(0);
    expect(base).toBe(8);
    expect([1, 512, 513].map((pages) => pageTableFrames(pages) - base)).toEqual([1, 1, 2]);
  });
});
