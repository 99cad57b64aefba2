// The pagestate form: what is read, printed and refused.

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { RecordingError } from '../../../../src/recording/error.ts';
import {
  eachFreeBlock,
  freeListIndex,
  hasPcpList,
  parsePageState,
  pcpListOrder,
} from '../../../../src/recording/read/pagestate.ts';
import { printPageState } from '../../../support/print-pagestate.ts';

const CAPTURES = path.resolve(import.meta.dirname, '../../../../../shared/captures');

const SMALL = `pagestate start pageblock_order 9 pcp_lists 14
zone DMA32 start 4096 spanned 1024 present 1024 managed 1000 min 8 low 10 high 12 boost 0 reserve 0 0 0 0 0 highatomic 0 flags 4
blocks 1 0
free 0 1 4096 4098
free 8 0 4608
pcp count 5 high 20 high_min 10 high_max 125 batch 3 flags 1 alloc_factor 2 free_count 7
pcplist 1 4100
pcplist 6 4104
end
`;

it('cheap orders and huge pages of three migratetypes have per-cpu lists', () => {
  const orders = Array.from({ length: 11 }, (_, order) => order);
  expect(orders.filter((order) => hasPcpList(order))).toEqual([0, 1, 2, 3, 9]);
  expect([0, 1, 2, 3, 4].map((type) => hasPcpList(0, type))).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});

function failure(text: string): RecordingError {
  try {
    parsePageState(text, 'file');
  } catch (error) {
    if (error instanceof RecordingError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

describe('pagestate', () => {
  it('reads every field', () => {
    const { label, zones } = parsePageState(SMALL);
    expect(label).toBe('start');
    const [zone] = zones;
    expect(zone).toMatchObject({ index: 1, startPfn: 4096, managed: 1000, low: 10, flags: 4 });
    expect(zone?.blocks).toEqual(Int8Array.of(1, 0));
    expect(zone?.free[freeListIndex(0, 1)]).toEqual(Uint32Array.of(4096, 4098));
    expect(zone?.pcps[0]).toMatchObject({ count: 5, highMin: 10, allocFactor: 2, freeCount: 7 });
    expect(zone?.pcps[0]?.lists[6]).toEqual(Uint32Array.of(4104));
  });

  it('reads the sizes of lists before Linux 6.7, whose high is fixed', () => {
    const old = SMALL.replace(/^pcp .*$/m, 'pcp count 5 high 20 batch 3 free_factor 4');
    expect(parsePageState(old).zones[0]?.pcps[0]).toMatchObject({
      count: 5,
      high: 20,
      highMin: 20,
      highMax: 20,
      batch: 3,
      freeCount: 4,
    });
  });

  it('knows the order of a per-cpu list: three lists an order up to 3, then two of order 9', () => {
    expect([0, 2, 3, 11, 12, 13].map(pcpListOrder)).toEqual([0, 0, 1, 3, 9, 9]);
  });

  it('visits every free block with its order, per-cpu lists last', () => {
    const [zone] = parsePageState(SMALL).zones;
    const seen: number[][] = [];
    if (zone !== undefined) eachFreeBlock(zone, (pfn, order) => seen.push([pfn, order]));
    expect(seen).toEqual([
      [4096, 0],
      [4098, 0],
      [4608, 8],
      [4100, 0],
      [4104, 2],
    ]);
  });

  it('prints what it read, byte for byte', () => {
    expect(printPageState(parsePageState(SMALL))).toBe(SMALL);
  });

  it.each([
    ['a cut file', SMALL.slice(0, SMALL.indexOf('pcplist')), 7, "'end'"],
    ['another pageblock size', SMALL.replace('order 9', 'order 8'), 1, 'pageblock_order 9'],
    ['an unknown zone', SMALL.replace('DMA32', 'Device'), 2, 'a zone'],
    ['too few pageblocks', SMALL.replace('blocks 1 0', 'blocks 1'), 3, '2 pageblock types'],
    ['a frame outside its zone', SMALL.replace('4098', '99'), 4, 'a frame of zone DMA32'],
    ['a frame that stands on two lists', SMALL.replace('4100', '4098'), 7, 'a frame on one list'],
    ['a frame inside a listed block', SMALL.replace('4104', '4700'), 8, 'a frame on one list'],
    ['a frame not at its order', SMALL.replace('4608', '4612'), 5, 'a frame at order 8'],
    ['an unknown migratetype', SMALL.replace('blocks 1 0', 'blocks 1 5'), 3, 'a migratetype'],
    ['a frame that is no number', SMALL.replace('4098', '0x10'), 4, 'a number'],
    ['an order too large', SMALL.replace('free 8', 'free 11'), 5, 'an order below 11'],
    ['a missing field', SMALL.replace(' batch 3', ''), 6, "'batch'"],
    ['an unknown record', SMALL.replace('pcplist 6', 'list 6'), 8, "'zone'"],
  ])('says where %s is wrong', (_name, text, line, expected) => {
    const error = failure(text);
    expect(error.line).toBe(line);
    expect(error.expected).toContain(expected);
    expect(error.message).toMatch(/^file:\d+: expected .*, found .*$/);
  });

  it.skipIf(!existsSync(CAPTURES))('prints the recorded states as they are (../shared)', () => {
    for (const folder of readdirSync(CAPTURES)) {
      for (const name of ['pagestate.start', 'pagestate.end']) {
        const text = readFileSync(path.join(CAPTURES, folder, name), 'utf8');
        expect(printPageState(parsePageState(text)), `${folder}/${name}`).toBe(text);
      }
    }
  });
});

describe('a pagestate that no kernel wrote', () => {
  it.each([
    ['without the types of its pageblocks', 'blocks 1 0\n', '', 8, "'blocks' of zone DMA32 before"],
    ['with a per-cpu list gone', 'pcplist 6 4104\n', '', 8, '5 pages on the lists of zone DMA32'],
    ['with a negative amount', 'min 8', 'min -8', 2, 'an amount of frames'],
    ['with more present than spanned', 'present 1024', 'present 1025', 2, 'present up to 1024'],
    ['with more managed than present', 'managed 1000', 'managed 1030', 2, 'managed up to 1024'],
    ['past all frames', 'start 4096', 'start 4294967000', 2, 'a zone below 16 TiB'],
    ['without a zone', SMALL.slice(SMALL.indexOf('zone'), SMALL.indexOf('end')), '', 2, "'zone'"],
  ])('%s is refused', (_, from, to, line, expected) => {
    const fault = failure(SMALL.replace(from, to));
    expect(fault.line).toBe(line);
    expect(fault.expected).toContain(expected);
  });

  it.each([
    ['a list twice', 'free 8 0 4608\n', 'free 0 1 4110\n', 5, 'each list once'],
    ['a per-cpu list twice', 'pcplist 6 4104\n', 'pcplist 1 4101\n', 8, 'each list once'],
    ['its pageblocks twice', 'free 8 0 4608\n', 'blocks 1 0\n', 5, "'blocks' once"],
    ['another CPU than the next', 'pcp count', 'cpu 3\npcp count', 6, 'cpu 0'],
    ['something behind its end', 'end\n', 'end\nfree 0 1 4110\n', 10, 'nothing after the end'],
    [
      'a zone of fewer CPUs',
      'end\n',
      'zone Normal start 8192 spanned 512 present 512 managed 512 min 8 low 10 high 12 boost 0 reserve 0 highatomic 0 flags 0\nblocks 1\nend\n',
      11,
      'lists of 1 cpus, as in the first zone',
    ],
  ])('with %s is refused', (_, from, to, line, expected) => {
    const fault = failure(SMALL.replace(from, to));
    expect(fault.line).toBe(line);
    expect(fault.expected).toContain(expected);
  });

  it('with a zone twice is refused', () => {
    const zone = SMALL.slice(SMALL.indexOf('zone'), SMALL.indexOf('end'));
    expect(failure(SMALL.replace('end\n', `${zone}end\n`))).toMatchObject({
      line: 9,
      found: "'DMA32 again'",
    });
  });
});
