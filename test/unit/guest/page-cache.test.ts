import { describe, expect, it } from 'vitest';
import {
  COUNT_FAULT_PAGES,
  type CZones,
  PageCache,
  newCounts,
  verify,
} from '../../../src/guest/index.ts';
import { CZONE_CONFIG, KERNEL, makeGuest } from '../../support/guest.ts';
import { rawOf } from '../../../src/core/raw.ts';

describe('PageCache', () => {
  it('is made of files that are some', () => {
    const { memory } = makeGuest();
    for (const entry of [5, ['name'], ['name', { object: {}, name: 'name', pages: {} }]]) {
      expect(() => new PageCache(memory, [entry] as never)).toThrow(
        /^files(?:\.1\.?\w*)?: expected/,
      );
    }
  });

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

  it.each([Symbol('x'), 5n, -1, Number.NaN])('refuses to read %s pages here and there', (pages) => {
    const { files } = makeGuest();
    const file = files.open('data');
    expect(() => files.readScattered(file, pages as never, 1, 0)).toThrow(
      'pages: expected a whole',
    );
    expect(() => files.readScattered(file, 1, pages as never, 0)).toThrow('touched: expected a');
    expect(() => files.readScattered(file, 1, 1, 0, pages as never)).toThrow('first: expected a');
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

  it('keeps a copy of a file in a container’s zone, which ends with the zone', () => {
    const guest = makeGuest(CZONE_CONFIG, false);
    const zones = guest.czones as CZones;
    const zone = zones.create(1, 4096);
    const before = guest.memory.frames.file;
    guest.files.read('library', 50, 0);
    expect(guest.files.read('library', 50, 0, false, zone)).toBe(50);
    expect(guest.files.read('library', 50, 0, false, zone)).toBe(0);
    expect(guest.memory.frames.file).toBe(before + 100);
    expect(guest.files.shrink(10_000)).toBe(KERNEL.pageCacheFrames + 50);
    guest.files.forgetZone(zone);
    expect(rawOf(guest.core).czoneExit(zone, 0)).toBe(1);
    expect(guest.memory.frames.file).toBe(before);
    expect(verify(guest.core)).toBeUndefined();
  });
});
