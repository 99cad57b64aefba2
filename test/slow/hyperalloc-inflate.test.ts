import { describe, expect, it } from 'vitest';

import { SCENARIOS, inflateRow, scenarioTable } from '../../src/scenario/index.ts';

const ASKED = 18 * 2 ** 30;

describe('hyperalloc-inflate', () => {
  it('moves 18 GiB page by page with a 4 KiB balloon, a message for 256 pages', () => {
    const row = inflateRow('balloon-4k', false);
    expect(row).toMatchObject({ askedBytes: ASKED, gotBytes: ASKED, pages: 4_718_592, blocks: 0 });
    // A message: notify, target read, interrupt status read and acknowledged, actual written.
    expect(Math.round(Number(row['exits']) / 18_432)).toBe(5);
  });

  it('moves 9,216 blocks of 2 MiB with the others, touched memory at the price of its release', () => {
    for (const mechanism of ['balloon-2m', 'virtio-mem-2m'] as const) {
      const [touched, untouched] = [true, false].map((state) => inflateRow(mechanism, state));
      expect(touched).toMatchObject({ gotBytes: ASKED, blocks: 9216, pages: 4_718_592 });
      expect(untouched).toMatchObject({ gotBytes: ASKED, blocks: 9216 });
      expect(Number(touched?.['shrinkMs'])).toBeGreaterThan(Number(untouched?.['shrinkMs']));
      expect(touched?.['growMs']).toBe(untouched?.['growMs']);
    }
  });

  it('is on the list of scenarios, whose rows print as a table', () => {
    expect(SCENARIOS.map(({ name }) => name)).toContain('hyperalloc-inflate');
    const table = scenarioTable([
      { name: 'a', pages: 5 },
      { name: 'long', pages: 1234.5678 },
    ]);
    expect(table).toBe('name  pages\na         5\nlong   1235\n');
  });
});
