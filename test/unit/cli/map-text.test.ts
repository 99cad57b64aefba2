/** Maps on the terminal. */
import { expect, it, vi } from 'vitest';
import { printMap } from '../../../src/cli/map-text.ts';
import { USE_FREE } from '../../../src/map/index.ts';
import { handMap, handReel } from '../../support/map.ts';

it('prints the last moment under its name, and nothing of a reel without that moment', () => {
  const text: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((part) => {
    text.push(String(part));
    return true;
  });
  const map = handMap(64, (cells, cell) => (cells.use[cell] = USE_FREE));
  try {
    printMap(handReel(map));
    printMap(handReel(map), 7);
  } finally {
    write.mockRestore();
  }
  expect(text[0]).toBe('by <hand>\n');
  expect(text[1]).toContain(`|${'.'.repeat(64)}|`);
  expect(text.length).toBe(2);
});
