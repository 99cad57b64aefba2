// The pagestate form: the complete state of a kernel's page allocator as text (docs/recordings.md).
// Parses and prints it; says nothing about what the allocator does with it.

import {
  type AllocatorState,
  MIGRATE_TYPES,
  ORDERS,
  PAGEBLOCK_FRAMES,
  PAGEBLOCK_ORDER,
  PCP_LISTS,
  type PcpState,
  ZONE_NAMES,
  type ZoneState,
} from '../../core/index.ts';
import { quote, RecordingError } from '../error.ts';

export { PAGEBLOCK_FRAMES, PAGEBLOCK_ORDER } from '../../core/index.ts';
export {
  type AllocatorState,
  type PcpState,
  ZONE_NAMES,
  type ZoneState,
} from '../../core/index.ts';

/** Orders 0..10 (docs/linux-memory.md 0.2). */
export const ORDER_COUNT: number = ORDERS;
/** UNMOVABLE, MOVABLE, RECLAIMABLE, HIGHATOMIC, ISOLATE (docs/linux-memory.md A.2, no CMA). */
export const MIGRATETYPE_COUNT: number = MIGRATE_TYPES;
export const PCP_LIST_COUNT: number = PCP_LISTS;

/** Place of a free list in ZoneState.free. */
export function freeListIndex(order: number, migratetype: number): number {
  return order * MIGRATETYPE_COUNT + migratetype;
}

const EMPTY = new Uint32Array(0);

/** A zone with empty lists, as a parser or a save starts from. */
export function emptyLists(count: number): Uint32Array[] {
  return Array.from({ length: count }, () => EMPTY);
}

class Reader {
  readonly file: string;
  readonly lines: string[];
  line = 0;
  words: string[] = [];

  constructor(text: string, file: string) {
    this.file = file;
    this.lines = text.split('\n');
  }

  next(): boolean {
    if (this.line >= this.lines.length) return false;
    this.words = (this.lines[this.line] ?? '').split(' ').filter((word) => word !== '');
    this.line += 1;
    return true;
  }

  fail(expected: string, found: string | undefined): never {
    throw new RecordingError(
      this.file,
      this.line,
      expected,
      found === undefined ? 'the end of the line' : quote(found),
    );
  }

  number(at: number): number {
    const word = this.words[at];
    if (word === undefined || !/^-?\d+$/.test(word)) this.fail('a number', word);
    return Number(word);
  }

  /** The number after a named word; the names are fixed by the recorder. */
  field(at: number, name: string): number {
    if (this.words[at] !== name) this.fail(`'${name}'`, this.words[at]);
    return this.number(at + 1);
  }

  frames(from: number): Uint32Array {
    const list = new Uint32Array(this.words.length - from);
    for (let i = 0; i < list.length; i += 1) {
      const pfn = this.number(from + i);
      if (pfn < 0 || pfn > 0xffff_fffe) this.fail('a frame number', this.words[from + i]);
      list[i] = pfn;
    }
    return list;
  }
}

function readZone(reader: Reader): ZoneState {
  const name = reader.words[1] ?? '';
  const index = ZONE_NAMES.indexOf(name);
  if (index < 0) reader.fail(`a zone (${ZONE_NAMES.join(', ')})`, reader.words[1]);
  const at = reader.words.indexOf('highatomic');
  if (at < 0) reader.fail("'highatomic'", undefined);
  if (reader.words[18] !== 'reserve') reader.fail("'reserve'", reader.words[18]);
  const reserve: number[] = [];
  for (let i = 19; i < at; i += 1) reserve.push(reader.number(i));
  return {
    name,
    index,
    startPfn: reader.field(2, 'start'),
    spanned: reader.field(4, 'spanned'),
    present: reader.field(6, 'present'),
    managed: reader.field(8, 'managed'),
    min: reader.field(10, 'min'),
    low: reader.field(12, 'low'),
    high: reader.field(14, 'high'),
    boost: reader.field(16, 'boost'),
    reserve,
    highatomic: reader.field(at, 'highatomic'),
    flags: reader.field(at + 2, 'flags'),
    blocks: new Int8Array(0),
    free: emptyLists(ORDER_COUNT * MIGRATETYPE_COUNT),
    pcps: [],
  };
}

function readPcp(reader: Reader): PcpState {
  return {
    count: reader.field(1, 'count'),
    high: reader.field(3, 'high'),
    highMin: reader.field(5, 'high_min'),
    highMax: reader.field(7, 'high_max'),
    batch: reader.field(9, 'batch'),
    flags: reader.field(11, 'flags'),
    allocFactor: reader.field(13, 'alloc_factor'),
    freeCount: reader.field(15, 'free_count'),
    lists: emptyLists(PCP_LIST_COUNT),
  };
}

function checkFrames(reader: Reader, zone: ZoneState, frames: Uint32Array): void {
  const end = zone.startPfn + zone.spanned;
  for (const pfn of frames) {
    if (pfn >= zone.startPfn && pfn < end) continue;
    reader.fail(`a frame of zone ${zone.name} (${zone.startPfn} to ${end - 1})`, String(pfn));
  }
}

function bounded(reader: Reader, at: number, limit: number, what: string): number {
  const value = reader.number(at);
  if (value < 0 || value >= limit) reader.fail(`${what} below ${limit}`, reader.words[at]);
  return value;
}

function readFreeList(reader: Reader, zone: ZoneState): void {
  const order = bounded(reader, 1, ORDER_COUNT, 'an order');
  const type = bounded(reader, 2, MIGRATETYPE_COUNT, 'a migratetype');
  const frames = reader.frames(3);
  checkFrames(reader, zone, frames);
  zone.free[freeListIndex(order, type)] = frames;
}

function readBlocks(reader: Reader, zone: ZoneState): void {
  const aligned = zone.startPfn - (zone.startPfn % PAGEBLOCK_FRAMES);
  const expected = Math.ceil((zone.startPfn + zone.spanned - aligned) / PAGEBLOCK_FRAMES);
  const found = reader.words.length - 1;
  if (found !== expected) reader.fail(`${expected} pageblock types`, `${found} types`);
  zone.blocks = Int8Array.from({ length: found }, (_, i) => reader.number(i + 1));
}

function readRecord(reader: Reader, zones: ZoneState[]): void {
  const kind = reader.words[0];
  if (kind === 'zone') {
    zones.push(readZone(reader));
    return;
  }
  const zone = zones.at(-1);
  if (zone === undefined) reader.fail("'zone'", kind);
  if (kind === 'blocks') readBlocks(reader, zone);
  else if (kind === 'free') readFreeList(reader, zone);
  else if (kind === 'cpu') reader.field(0, 'cpu');
  else if (kind === 'pcp') zone.pcps.push(readPcp(reader));
  else if (kind === 'pcplist') {
    const pcp = zone.pcps.at(-1);
    if (pcp === undefined) reader.fail("'pcp' before 'pcplist'", kind);
    const frames = reader.frames(2);
    checkFrames(reader, zone, frames);
    pcp.lists[bounded(reader, 1, PCP_LIST_COUNT, 'a list index')] = frames;
  } else reader.fail("'zone', 'blocks', 'free', 'cpu', 'pcp', 'pcplist' or 'end'", kind);
}

/** Reads one pagestate. `file` only serves the errors. */
export function parsePageState(text: string, file = 'pagestate'): AllocatorState {
  const reader = new Reader(text, file);
  if (!reader.next() || reader.words[0] !== 'pagestate') {
    reader.fail("'pagestate'", reader.words[0] ?? '');
  }
  const label = reader.words[1] ?? '';
  if (reader.field(2, 'pageblock_order') !== PAGEBLOCK_ORDER) {
    reader.fail(`pageblock_order ${PAGEBLOCK_ORDER}`, reader.words[3]);
  }
  if (reader.field(4, 'pcp_lists') !== PCP_LIST_COUNT) {
    reader.fail(`pcp_lists ${PCP_LIST_COUNT}`, reader.words[5]);
  }
  const zones: ZoneState[] = [];
  while (reader.next()) {
    if (reader.words[0] === 'end') return { label, zones };
    readRecord(reader, zones);
  }
  throw new RecordingError(file, reader.line, "'end'", 'the end of the file (a cut snapshot)');
}

function printPcp(pcp: PcpState, out: string[]): void {
  out.push(
    `pcp count ${pcp.count} high ${pcp.high} high_min ${pcp.highMin} high_max ${pcp.highMax} ` +
      `batch ${pcp.batch} flags ${pcp.flags} alloc_factor ${pcp.allocFactor} ` +
      `free_count ${pcp.freeCount}`,
  );
  pcp.lists.forEach((list, index) => {
    if (list.length > 0) out.push(`pcplist ${index} ${list.join(' ')}`);
  });
}

function printZone(zone: ZoneState, out: string[]): void {
  out.push(
    `zone ${zone.name} start ${zone.startPfn} spanned ${zone.spanned} present ${zone.present} ` +
      `managed ${zone.managed} min ${zone.min} low ${zone.low} high ${zone.high} ` +
      `boost ${zone.boost} reserve ${zone.reserve.join(' ')} ` +
      `highatomic ${zone.highatomic} flags ${zone.flags}`,
  );
  out.push(`blocks ${zone.blocks.join(' ')}`);
  for (let order = 0; order < ORDER_COUNT; order += 1) {
    for (let type = 0; type < MIGRATETYPE_COUNT; type += 1) {
      const list = zone.free[freeListIndex(order, type)];
      if (list !== undefined && list.length > 0) {
        out.push(`free ${order} ${type} ${list.join(' ')}`);
      }
    }
  }
  zone.pcps.forEach((pcp, cpu) => {
    if (zone.pcps.length > 1) out.push(`cpu ${cpu}`);
    printPcp(pcp, out);
  });
}

/** Prints a state so that parsePageState gives it back, byte for byte as the recorder writes it. */
export function printPageState(state: AllocatorState): string {
  const out = [
    `pagestate ${state.label} pageblock_order ${PAGEBLOCK_ORDER} pcp_lists ${PCP_LIST_COUNT}`,
  ];
  for (const zone of state.zones) printZone(zone, out);
  out.push('end', '');
  return out.join('\n');
}
