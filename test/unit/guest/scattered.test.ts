import { expect, it } from 'vitest';
import { scattered } from '../../../src/guest/scattered.ts';

/** Each page that is touched, true where it is written. */
function touchesOf(pages: number, touched: number, written: number): Map<number, boolean> {
  const found = new Map<number, boolean>();
  scattered({ pages, touched, written }, (start, count, write) => {
    for (let page = start; page < start + count; page += 1) {
      expect(found.has(page), `page ${page} twice`).toBe(false);
      found.set(page, write);
    }
  });
  return found;
}

it('touches and writes as many pages as it was told, each once and none outside', () => {
  for (const pages of [0, 1, 4, 100, 7347]) {
    for (const touchedShare of [0, 0.01, 0.3, 1]) {
      for (const writtenShare of [0, 0.5, 1]) {
        const touched = Math.round(pages * touchedShare);
        const written = Math.round(touched * writtenShare);
        const found = touchesOf(pages, touched, written);
        expect([...found.keys()].every((page) => page >= 0 && page < pages)).toBe(true);
        expect(found.size).toBe(touched);
        expect([...found.values()].filter(Boolean)).toHaveLength(written);
      }
    }
  }
});

it('leaves no part of the memory out: with 15 % of the pages, no 512 that follow each other', () => {
  const found = touchesOf(7680, 1152, 1152);
  for (let start = 0; start < 7680; start += 512) {
    const inside = [...found.keys()].filter((page) => page >= start && page < start + 512);
    expect(inside.length).toBeGreaterThan(60);
    expect(inside.length).toBeLessThan(100);
  }
});
