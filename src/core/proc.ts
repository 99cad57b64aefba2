// Allocator states as the text of /proc/buddyinfo, /proc/pagetypeinfo and /proc/zoneinfo, character
// for character in Linux 6.12's shape. zoneinfo leaves out what is not emulated: per-node
// statistics, LRU and NUMA counters, CMA, and zones without memory.

import { MIGRATE_ISOLATE, MIGRATE_TYPES } from '../abi/migratetype.ts';
import { ORDERS, PAGEBLOCK_FRAMES, PAGEBLOCK_ORDER } from '../abi/unit.ts';
import { expectShape } from '../check/index.ts';
import { type AllocatorState, STATE, type ZoneState } from './state.ts';

/** By number, as Linux writes them. */
export const MIGRATETYPE_NAMES: readonly string[] = [
  'Unmovable',
  'Movable',
  'Reclaimable',
  'HighAtomic',
  'Isolate',
];
/** pagetypeinfo stops counting a list here. */
const COUNT_MAX = 100_000;

function numbers(values: readonly (number | string)[], width: number): string {
  return values.map((value) => `${String(value).padStart(width)} `).join('');
}

function zoneTitle(zone: ZoneState): string {
  return `Node 0, zone ${zone.name.padStart(8)}`;
}

/** Blocks of a zone's buddy lists by order, all migratetypes together. */
export function freeByOrder(zone: ZoneState): number[] {
  const counts = Array.from({ length: ORDERS }, () => 0);
  zone.free.forEach((list, at) => {
    const order = Math.floor(at / MIGRATE_TYPES);
    counts[order] = (counts[order] ?? 0) + list.length;
  });
  return counts;
}

/** NR_FREE_PAGES: frames on the buddy lists, isolated ones and per-cpu lists apart. */
export function freeFrames(zone: ZoneState): number {
  let frames = 0;
  zone.free.forEach((list, at) => {
    if (at % MIGRATE_TYPES === MIGRATE_ISOLATE) return;
    frames += list.length * 2 ** Math.floor(at / MIGRATE_TYPES);
  });
  return frames;
}

function zonesOf(state: AllocatorState): readonly ZoneState[] {
  return expectShape('state', state, STATE).zones;
}

/** /proc/buddyinfo. */
export function buddyinfo(state: AllocatorState): string {
  return zonesOf(state)
    .map((zone) => `${zoneTitle(zone)} ${numbers(freeByOrder(zone), 6)}\n`)
    .join('');
}

function typeLine(zone: ZoneState, type: number): string {
  const counts = Array.from({ length: ORDERS }, (_, order) => {
    const blocks = zone.free[order * MIGRATE_TYPES + type]?.length ?? 0;
    return blocks >= COUNT_MAX ? `>${COUNT_MAX}` : blocks;
  });
  const name = (MIGRATETYPE_NAMES[type] ?? '').padStart(12);
  return `Node    0, zone ${zone.name.padStart(8)}, type ${name} ${numbers(counts, 6)}\n`;
}

function blockLine(zone: ZoneState): string {
  const counts = MIGRATETYPE_NAMES.map(() => 0);
  for (const type of zone.blocks) if (type >= 0) counts[type] = (counts[type] ?? 0) + 1;
  return `${zoneTitle(zone)} ${numbers(counts, 12)}\n`;
}

/** /proc/pagetypeinfo. */
export function pagetypeinfo(state: AllocatorState): string {
  const zones = zonesOf(state);
  const orders = Array.from({ length: ORDERS }, (_, order) => order);
  const types = MIGRATETYPE_NAMES.map((_, type) => type);
  return [
    `Page block order: ${PAGEBLOCK_ORDER}\n`,
    `Pages per block:  ${PAGEBLOCK_FRAMES}\n\n`,
    `${'Free pages count per migrate type at order'.padEnd(43)} ${numbers(orders, 6)}\n`,
    ...zones.flatMap((zone) => types.map((type) => typeLine(zone, type))),
    `\n${'Number of blocks type'.padEnd(23)}${numbers(MIGRATETYPE_NAMES, 12)}\n`,
    ...zones.map(blockLine),
  ].join('');
}

/** The promo mark lies as far above high as high above low (docs/linux-memory.md A.12). */
function promo(zone: ZoneState): number {
  return 2 * zone.high - zone.low;
}

function zoneText(zone: ZoneState): string {
  const free = freeFrames(zone);
  const fields: readonly (readonly [string, number])[] = [
    ['boost', zone.boost],
    ['min', zone.min],
    ['low', zone.low],
    ['high', zone.high],
    ['promo', promo(zone)],
    ['spanned', zone.spanned],
    ['present', zone.present],
    ['managed', zone.managed],
  ];
  const pagesets = zone.pcps.map((pcp, cpu) =>
    [
      `    cpu: ${cpu}`,
      `              count: ${pcp.count}`,
      `              high:  ${pcp.high}`,
      `              batch: ${pcp.batch}`,
    ].join('\n'),
  );
  return [
    zoneTitle(zone),
    `  pages free     ${free}`,
    ...fields.map(([name, value]) => `        ${name.padEnd(8)} ${value}`),
    `        protection: (${zone.reserve.join(', ')})`,
    `      nr_free_pages ${free}`,
    '  pagesets',
    ...pagesets,
    `  start_pfn:           ${zone.startPfn}`,
    '',
  ].join('\n');
}

/** /proc/zoneinfo of the zones with memory. */
export function zoneinfo(state: AllocatorState): string {
  return zonesOf(state).map(zoneText).join('');
}
