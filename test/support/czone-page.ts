/** docs/czone-virtio.md as data: its tables, layouts and byte vectors. */

import { readFileSync } from 'node:fs';

import { expect } from 'vitest';

export const PAGE: string = readFileSync(
  new URL('../../docs/czone-virtio.md', import.meta.url),
  'utf8',
);

/** Rows of the first table under a heading, cells trimmed, head and rule left out. */
export function table(heading: string): string[][] {
  const lines = PAGE.split('\n');
  const start = lines.findIndex((line) => line.startsWith('#') && line.endsWith(heading));
  expect(start, heading).toBeGreaterThanOrEqual(0);
  const first = lines.findIndex((line, i) => i > start && line.startsWith('|'));
  const rows: string[][] = [];
  for (let i = first + 2; lines[i]?.startsWith('|'); i++) {
    rows.push(
      (lines[i] as string)
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  }
  return rows;
}

/** Fields by name as the page lays them out, read from bytes. */
export function fields(struct: string, bytes: Uint8Array, base = 0): Record<string, number> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = table(`struct ${struct}`).map(([offset, size, name]): [string, number] => {
    const at = base + Number(offset);
    expect(at % Number(size), `${name} is aligned`).toBe(0);
    if (size === '8') return [name as string, Number(view.getBigUint64(at, true))];
    return [name as string, size === '4' ? view.getUint32(at, true) : view.getUint16(at, true)];
  });
  return Object.fromEntries(entries);
}

/** Where the page says that a struct ends. */
export function end(struct: string): number {
  return Math.max(...table(`struct ${struct}`).map(([at, size]) => Number(at) + Number(size)));
}
/** Bytes of section 7.5 by name, as hex. */
export function vector(name: string): string {
  return new RegExp(`^${name} +(.*)$`, 'm').exec(PAGE)?.[1] ?? '';
}
