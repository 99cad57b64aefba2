/** What each mechanism gives back when containers exit, and what it leaves and moves. Small containers. */
import { describe, expect, it } from 'vitest';

import { FRAME_BYTES, PAGEBLOCK_FRAMES } from '../../src/abi/unit.ts';
import { EXIT_ORDERS, MECHANISMS, type ScenarioRow, exitRow } from '../../src/scenario/index.ts';
import { sized } from './size.ts';

const FIELDS = [
  'mechanism',
  'containers',
  'order',
  'askedBytes',
  'gotBytes',
  'migratedPages',
  'unmovablePages',
  'ms',
  'exits',
  'refaultPages',
];

const SMALL = { containers: 6, order: 'random', mib: 48, seed: 3 } as const;

function rowsBy(options: Parameters<typeof exitRow>[1]): Record<string, ScenarioRow> {
  return Object.fromEntries(MECHANISMS.map((name) => [name, exitRow(name, options)]));
}

const asText = (order: 'fifo' | 'lifo', seed: number): string =>
  JSON.stringify(rowsBy({ containers: 5, order, mib: 40, seed }));

const movedIn = (order: 'fifo' | 'lifo'): unknown =>
  exitRow('virtio-mem', { containers: 8, order, mib: 64, seed: 1 })['migratedPages'];

describe('czone-exit', () => {
  it.each(
    sized([1, 7, 24], [1, 2, 7, 24, 64]).flatMap((containers) =>
      EXIT_ORDERS.map((order) => ({ containers, order })),
    ),
  )('CZones return all of what they held, nothing moves: $containers, $order', (options) => {
    const row = exitRow('czone', { ...options, mib: 8, seed: 5 });
    expect(row['askedBytes']).toBeGreaterThan(0);
    expect(row['gotBytes']).toBe(row['askedBytes']);
    expect(row['migratedPages']).toBe(0);
    expect(row['unmovablePages']).toBe(0);
  });

  it('has the same containers for every mechanism, and the same fields', () => {
    const rows = rowsBy(SMALL);
    const asked = new Set(Object.values(rows).map((row) => row['askedBytes']));
    expect(asked.size).toBe(1);
    for (const row of Object.values(rows)) expect(Object.keys(row)).toEqual(FIELDS);
  });

  it('shows what the others leave and move', () => {
    const rows = rowsBy(SMALL);
    const pages = (name: string): number => Number(rows[name]?.['gotBytes']) / FRAME_BYTES;
    // What this seed's containers leave to each mechanism, frame by frame emulated: whole DIMMs,
    // pages, free pageblocks, device blocks. A change of these is a change of a mechanism.
    expect(Object.fromEntries(MECHANISMS.map((name) => [name, pages(name)]))).toEqual({
      dimm: 9714,
      balloon: 35_592,
      reporting: 63 * PAGEBLOCK_FRAMES,
      'virtio-mem': 15_386,
      czone: 38_868,
    });
    expect(Number(rows['czone']?.['askedBytes'])).toBe(38_868 * FRAME_BYTES);
    // only what takes memory away by range must move what lies in it
    const moved = (name: string): unknown => rows[name]?.['migratedPages'];
    expect(MECHANISMS.map((name) => [name, moved(name)])).toEqual([
      ['dimm', 371],
      ['balloon', 0],
      ['reporting', 0],
      ['virtio-mem', 1602],
      ['czone', 0],
    ]);
    // A page of the balloon costs more than any other way of asking for it.
    expect(rows['balloon']?.['ms']).toBeGreaterThan(Number(rows['czone']?.['ms']));
  });

  it('repeats exactly, and differs by seed and by order', () => {
    expect(asText('fifo', 1)).toBe(asText('fifo', 1));
    expect(asText('fifo', 2)).not.toBe(asText('fifo', 1));
    expect(movedIn('fifo')).not.toBe(movedIn('lifo'));
  });
});
