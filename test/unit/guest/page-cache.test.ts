import { describe, expect, it } from 'vitest';
import { COUNT_FAULT_PAGES, newCounts, verify } from '../../../src/guest/index.ts';
import { KERNEL, makeGuest } from './setup.ts';

describe('PageCache', () => {
  it('brings a page in once, whoever reads it', () => {
    const guest = makeGuest();
    expect(guest.files.read('library', 300, 0)).toBe(300);
    const counts = newCounts();
    guest.readCounts(counts);
    counts.fill(0);
    expect(guest.files.read('library', 300, 1)).toBe(0);
    expect(guest.files.read('library', 350, 1)).toBe(50);
    guest.readCounts(counts);
    expect(counts[COUNT_FAULT_PAGES]).toBe(50);
    expect(guest.memory.frames.file).toBe(350);
  });

  it('gives up the file that was read longest ago, from its end', () => {
    const guest = makeGuest();
    guest.files.read('old', 100, 0);
    guest.files.read('new', 100, 0);
    guest.files.read('old', 10, 0);
    // the root file system was read first of all, and its pages are the template's
    expect(guest.files.shrink(KERNEL.pageCacheFrames)).toBe(KERNEL.pageCacheFrames);
    expect(guest.memory.frames.file).toBe(200);
    expect(guest.files.shrink(130)).toBe(130);
    expect(guest.files.read('new', 100, 0)).toBe(100);
    expect(guest.files.read('old', 100, 0)).toBe(30);
    expect(verify(guest.core)).toBeUndefined();
  });

  it('frees nothing of an empty cache', () => {
    const guest = makeGuest();
    expect(guest.files.shrink(10_000)).toBe(KERNEL.pageCacheFrames);
    expect(guest.files.shrink(1)).toBe(0);
  });

  it('makes room for a process under pressure, and kswapd keeps it', () => {
    const guest = makeGuest();
    guest.files.read('data', 5500, 0);
    const before = guest.memory.frames.file;
    guest.files.read('more', 3000, 0);
    expect(guest.files.pages).toBeLessThan(before + 3000 + KERNEL.pageCacheFrames);
    guest.runBackground();
    expect(guest.runBackground()).toBe(0);
    expect(verify(guest.core)).toBeUndefined();
  });
});
