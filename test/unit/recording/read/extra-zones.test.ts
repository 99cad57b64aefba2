// Zones by their addresses, and the turns of the vmstat worker over them.

import { expect, it } from 'vitest';
import { parseExtraTrace } from '../../../../src/recording/read/extra-trace.ts';
import { extraLine } from '../../../support/written.ts';

const DMA = 0;
const DMA32 = 1;
const ADDRESSES = ['ff11000017c8a680', 'ff11000017c8ac80', 'ff11000017c8b880'] as const;
const [LOWEST, SECOND, MOVABLE] = ADDRESSES;

const zonesOf = (lines: readonly string[]): number[] =>
  parseExtraTrace('extra.txt', lines, {
    populated: [DMA, DMA32],
    memory: [{ start: 0, end: 2 ** 21 }],
    cpus: 4,
  }).events.map(({ a }) => a);

const decays = (addresses: readonly string[], cpu = 0): string[] =>
  addresses.map((zone, at) =>
    extraLine(at, `decay: (decay_pcp_high+0x4/0xa0) zone=0x${zone}`, cpu),
  );
const drain = (zone: string): string =>
  extraLine(9, `drainpages: (f+0x0/0x70) cpu=0 zone=0x${zone}`);

it('a zone is named by its place in the row of zones', () => {
  expect(zonesOf(decays(ADDRESSES))).toEqual([0, 1, 3]);
  expect(() => zonesOf([...decays(ADDRESSES), drain('ff11000017c8b000')])).toThrow(
    /^extra\.txt:4: expected the address of a zone, found one between two zones$/,
  );
});

it.each(['ffffffffffffffff', '0000000017c8ac80', 'ff11000017c8ac81', 'ac80'])(
  'an address that no zone has is refused: %s',
  (zone) => {
    expect(() => zonesOf(decays([LOWEST, zone]))).toThrow(/^extra\.txt:2: expected the fields/);
  },
);

it('turns go through the zones from the lowest up, on each CPU, where memory is plugged too', () => {
  expect(zonesOf(decays([SECOND, LOWEST, SECOND, LOWEST, SECOND, MOVABLE, LOWEST]))).toEqual([
    1, 0, 1, 0, 1, 3, 0,
  ]);
  expect(zonesOf([...decays([LOWEST], 1), ...decays([LOWEST, SECOND], 2)])).toEqual([0, 0, 1]);
});

it.each([
  ['one zone only', [LOWEST, LOWEST], 'DMA after DMA'],
  ['a zone twice', [LOWEST, SECOND, SECOND], 'DMA32 after DMA32'],
  ['a zone left out', [LOWEST, SECOND, LOWEST, MOVABLE], 'Movable after DMA'],
])('a turn with %s is refused', (_, addresses, found) => {
  expect(() => zonesOf(decays(addresses))).toThrow(
    `extra.txt:${addresses.length}: expected a turn through all zones, from the lowest up, found ${found} on cpu 0`,
  );
});
