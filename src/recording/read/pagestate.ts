// The pagestate form: the complete state of a kernel's page allocator as text (docs/recordings.md).
// Parses it; says nothing about what the allocator does with it.

import {
  type AllocatorState,
  COSTLY_ORDER,
  MIGRATE_PCPTYPES,
  MIGRATE_TYPES,
  ORDERS,
  PAGEBLOCK_FRAMES,
  PAGEBLOCK_ORDER,
  PCP_LISTS,
  type PcpState,
  THP_ORDER,
  ZONE_NAMES,
  type ZoneState,
} from '../../core/index.ts';
import { quote, RecordingError } from '../error.ts';
import { type WrongNumber, wrongPcp, wrongReserves, wrongZone } from './state-check.ts';

export {
  type AllocatorState,
  type PcpState,
  ZONE_NAMES,
  type ZoneState,
} from '../../core/index.ts';

/** Place of a free list in ZoneState.free. */
export function freeListIndex(order: number, migratetype: number): number {
  return order * MIGRATE_TYPES + migratetype;
}

/** Per-cpu lists come three an order, for the migratetypes that have one; then two of huge pages. */
const CHEAP_LISTS = MIGRATE_PCPTYPES * (COSTLY_ORDER + 1);

/** Order of the blocks on a per-cpu list. */
export function pcpListOrder(index: number): number {
  return index < CHEAP_LISTS ? Math.floor(index / MIGRATE_PCPTYPES) : THP_ORDER;
}

/** Orders with per-cpu lists are the cheap ones and huge pages, migratetypes the first three (docs/linux-memory.md A.10). */
export function hasPcpList(order: number, migratetype = 0): boolean {
  return (order <= COSTLY_ORDER || order === THP_ORDER) && migratetype < MIGRATE_PCPTYPES;
}

/** Visits every block on a list of a zone: the buddy lists, then the per-cpu lists. */
export function eachFreeBlock(
  { free, pcps }: ZoneState,
  visit: (pfn: number, order: number) => void,
): void {
  free.forEach((list, index) => {
    for (const pfn of list) visit(pfn, Math.floor(index / MIGRATE_TYPES));
  });
  for (const { lists } of pcps) {
    lists.forEach((list, index) => {
      for (const pfn of list) visit(pfn, pcpListOrder(index));
    });
  }
}

/** Frame numbers are words of 32 bits; the last stands for none. */
const FRAMES_LIMIT = 0xffff_ffff;

const EMPTY = new Uint32Array(0);

/** A zone with empty lists, as a parser or a save starts from. */
export function emptyLists(count: number): Uint32Array[] {
  return Array.from({ length: count }, () => EMPTY);
}

/** Which frames some list has, by pageblock; no block of a list is larger than two of them. */
class ListedFrames {
  readonly #pageblocks = new Map<number, Uint8Array>();

  /** False if one of the frames is known already. */
  add(pfn: number, size: number): boolean {
    for (let at = pfn; at < pfn + size; at += PAGEBLOCK_FRAMES) {
      const number = Math.floor(at / PAGEBLOCK_FRAMES);
      const frames = this.#pageblocks.get(number) ?? new Uint8Array(PAGEBLOCK_FRAMES);
      const first = at % PAGEBLOCK_FRAMES;
      const last = Math.min(first + size, PAGEBLOCK_FRAMES);
      if (frames.subarray(first, last).includes(1)) return false;
      frames.fill(1, first, last);
      this.#pageblocks.set(number, frames);
    }
    return true;
  }
}

class Reader {
  readonly file: string;
  readonly lines: string[];
  readonly listed = new ListedFrames();
  readonly zones: ZoneState[] = [];
  /** Where each zone stands. */
  readonly zoneLines: number[] = [];
  line = 0;
  fields: string[] = [];
  /** First word of the line before. */
  before: string | undefined;

  constructor(text: string, file: string) {
    this.file = file;
    this.lines = text.split('\n');
  }

  next(): boolean {
    if (this.line >= this.lines.length) return false;
    this.before = this.fields[0];
    this.fields = (this.lines[this.line] ?? '').split(' ').filter((word) => word !== '');
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

  /** Refuses a line, the present one unless another is said, for what its numbers are. */
  refuse(wrong: WrongNumber | undefined, line: number = this.line): void {
    if (wrong === undefined) return;
    throw new RecordingError(this.file, line, wrong.expected, wrong.found);
  }

  /** A record has no more words than that. */
  expectWords(count: number): void {
    if (this.fields.length > count) this.fail('the end of the line', this.fields[count]);
  }

  number(at: number): number {
    const word = this.fields[at];
    if (word === undefined || !/^-?\d+$/.test(word)) this.fail('a number', word);
    return Number(word);
  }

  /** An amount of frames: what the kernel counts in unsigned numbers. */
  amount(at: number): number {
    const value = this.number(at);
    if (value < 0 || value > FRAMES_LIMIT) this.fail('an amount of frames', this.fields[at]);
    return value;
  }

  /** The amount after a named word; the names are fixed by the recorder. */
  field(at: number, name: string): number {
    if (this.fields[at] !== name) this.fail(`'${name}'`, this.fields[at]);
    return this.amount(at + 1);
  }

  frames(from: number): Uint32Array {
    const list = new Uint32Array(this.fields.length - from);
    for (let i = 0; i < list.length; i += 1) {
      const pfn = this.number(from + i);
      if (pfn < 0 || pfn >= FRAMES_LIMIT) this.fail('a frame number', this.fields[from + i]);
      list[i] = pfn;
    }
    return list;
  }
}

function readZone(reader: Reader): ZoneState {
  const name = reader.fields[1] ?? '';
  const index = ZONE_NAMES.indexOf(name);
  if (index < 0) reader.fail(`a zone (${ZONE_NAMES.join(', ')})`, reader.fields[1]);
  const last = reader.zones.at(-1)?.index ?? -1;
  if (reader.zones.some((zone) => zone.index === index)) {
    reader.fail('each zone once', `${name} again`);
  }
  if (index < last) reader.fail(`a zone behind ${ZONE_NAMES[last]}`, name);
  const at = reader.fields.indexOf('highatomic');
  if (at < 0) reader.fail("'highatomic'", undefined);
  if (reader.fields[18] !== 'reserve') reader.fail("'reserve'", reader.fields[18]);
  const reserve: number[] = [];
  for (let i = 19; i < at; i += 1) reserve.push(reader.amount(i));
  const zone: ZoneState = {
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
    free: emptyLists(ORDERS * MIGRATE_TYPES),
    pcps: [],
  };
  reader.expectWords(at + 4);
  const end = zone.startPfn + zone.spanned;
  if (end > FRAMES_LIMIT) reader.fail('a zone below 16 TiB', `${end}`);
  reader.refuse(wrongZone(zone));
  return zone;
}

/** Lists of CPUs follow in their order. */
function readCpu(reader: Reader, { pcps }: ZoneState): void {
  if (reader.field(0, 'cpu') !== pcps.length) reader.fail(`cpu ${pcps.length}`, reader.fields[1]);
  reader.expectWords(2);
}

/** Sizes of a CPU's lists. Before Linux 6.7 high is fixed, and one factor counts drains. */
function readPcp(reader: Reader): PcpState {
  if (reader.fields[5] === 'batch') {
    reader.expectWords(9);
    const high = reader.field(3, 'high');
    return {
      count: reader.field(1, 'count'),
      high,
      highMin: high,
      highMax: high,
      batch: reader.field(5, 'batch'),
      flags: 0,
      allocFactor: 0,
      freeCount: reader.field(7, 'free_factor'),
      lists: emptyLists(PCP_LISTS),
    };
  }
  reader.expectWords(17);
  return {
    count: reader.field(1, 'count'),
    high: reader.field(3, 'high'),
    highMin: reader.field(5, 'high_min'),
    highMax: reader.field(7, 'high_max'),
    batch: reader.field(9, 'batch'),
    flags: reader.field(11, 'flags'),
    allocFactor: reader.field(13, 'alloc_factor'),
    freeCount: reader.field(15, 'free_count'),
    lists: emptyLists(PCP_LISTS),
  };
}

/** Blocks of a list lie in their zone, at their order, and on this list only: the core links them without a look. */
function checkFrames(reader: Reader, zone: ZoneState, frames: Uint32Array, order: number): void {
  const end = zone.startPfn + zone.spanned;
  const size = 1 << order;
  for (const pfn of frames) {
    if (pfn < zone.startPfn || pfn + size > end) {
      reader.fail(`a frame of zone ${zone.name} (${zone.startPfn} to ${end - 1})`, String(pfn));
    }
    if (pfn % size !== 0) reader.fail(`a frame at order ${order}`, String(pfn));
    if (!reader.listed.add(pfn, size)) reader.fail('a frame on one list', `${pfn} again`);
  }
}

function bounded(reader: Reader, at: number, limit: number, what: string): number {
  const value = reader.number(at);
  if (value < 0 || value >= limit) reader.fail(`${what} below ${limit}`, reader.fields[at]);
  return value;
}

function readFreeList(reader: Reader, zone: ZoneState): void {
  const order = bounded(reader, 1, ORDERS, 'an order');
  const type = bounded(reader, 2, MIGRATE_TYPES, 'a migratetype');
  const frames = reader.frames(3);
  const index = freeListIndex(order, type);
  if ((zone.free[index]?.length ?? 0) > 0) reader.fail('each list once', `${order} ${type} again`);
  checkFrames(reader, zone, frames, order);
  zone.free[index] = frames;
}

function readBlocks(reader: Reader, zone: ZoneState): void {
  const aligned = zone.startPfn - (zone.startPfn % PAGEBLOCK_FRAMES);
  const expected = Math.ceil((zone.startPfn + zone.spanned - aligned) / PAGEBLOCK_FRAMES);
  const found = reader.fields.length - 1;
  if (zone.blocks.length > 0) reader.fail("'blocks' once", 'blocks again');
  if (found !== expected) reader.fail(`${expected} pageblock types`, `${found} types`);
  const typeAt = (at: number): number => {
    const type = reader.number(at);
    if (type >= -1 && type < MIGRATE_TYPES) return type;
    return reader.fail(`a migratetype below ${MIGRATE_TYPES} or -1`, reader.fields[at]);
  };
  zone.blocks = Int8Array.from({ length: found }, (_, i) => typeAt(i + 1));
}

/** Frames on the buddy lists of a zone. */
function freeFrames({ free }: ZoneState): number {
  return free.reduce(
    (sum, list, index) => sum + list.length * 2 ** Math.floor(index / MIGRATE_TYPES),
    0,
  );
}

/** A state is whole: types of all pageblocks, as many pages on each CPU's lists as are counted, and no more free than there are. */
function checkWhole(reader: Reader): void {
  const { zones } = reader;
  const zone = zones.at(-1);
  if (zone === undefined) return;
  if (zone.spanned > 0 && zone.blocks.length === 0) {
    reader.fail(`'blocks' of zone ${zone.name} before`, reader.fields[0]);
  }
  const cpus = zones[0]?.pcps.length ?? 0;
  if (zone.present > 0 && zones[0]?.present !== 0 && zone.pcps.length !== cpus) {
    reader.fail(`lists of ${cpus} cpus, as in the first zone`, `${zone.pcps.length}`);
  }
  let listed = freeFrames(zone);
  zone.pcps.forEach(({ count, lists }, cpu) => {
    const pages = lists.reduce((sum, list, i) => sum + (list.length << pcpListOrder(i)), 0);
    listed += pages;
    if (pages === count) return;
    reader.fail(`${count} pages on the lists of zone ${zone.name}, cpu ${cpu}`, `${pages}`);
  });
  if (listed <= zone.managed) return;
  const expected = `managed from ${listed} on, which are on lists`;
  reader.refuse({ expected, found: `${zone.managed}` }, reader.zoneLines.at(-1));
}

function readRecord(reader: Reader): void {
  const { zones } = reader;
  const kind = reader.fields[0];
  if (kind === 'zone') {
    checkWhole(reader);
    zones.push(readZone(reader));
    reader.zoneLines.push(reader.line);
    return;
  }
  const zone = zones.at(-1);
  if (zone === undefined) reader.fail("'zone'", kind);
  if (kind === 'blocks') readBlocks(reader, zone);
  else if (kind === 'free') readFreeList(reader, zone);
  else if (kind === 'cpu') readCpu(reader, zone);
  else if (kind === 'pcp') {
    const cpu = zone.pcps.length;
    if (cpu > 0 && reader.before !== 'cpu') reader.fail(`'cpu ${cpu}'`, kind);
    const pcp = readPcp(reader);
    reader.refuse(wrongPcp(pcp, zone));
    zone.pcps.push(pcp);
  } else if (kind === 'pcplist') readPcpList(reader, zone);
  else reader.fail("'zone', 'blocks', 'free', 'cpu', 'pcp', 'pcplist' or 'end'", kind);
}

function readPcpList(reader: Reader, zone: ZoneState): void {
  const pcp = zone.pcps.at(-1);
  if (pcp === undefined) reader.fail("'pcp' before 'pcplist'", reader.fields[0]);
  const list = bounded(reader, 1, PCP_LISTS, 'a list index');
  const frames = reader.frames(2);
  if ((pcp.lists[list]?.length ?? 0) > 0) reader.fail('each list once', `${list} again`);
  checkFrames(reader, zone, frames, pcpListOrder(list));
  pcp.lists[list] = frames;
}

/** What can be said when all zones are read. */
function checkEnd(reader: Reader): void {
  const { zones, zoneLines } = reader;
  checkWhole(reader);
  if (zones.length === 0) reader.fail("'zone'", 'end');
  zones.forEach((zone, at) => reader.refuse(wrongReserves(zones, zone), zoneLines[at]));
  reader.expectWords(1);
  while (reader.next()) {
    if (reader.fields.length > 0) reader.fail('nothing after the end', reader.fields[0]);
  }
}

/** Reads one pagestate. `file` only serves the errors. */
export function parsePageState(text: string, file = 'pagestate'): AllocatorState {
  const reader = new Reader(text, file);
  if (!reader.next() || reader.fields[0] !== 'pagestate') {
    reader.fail("'pagestate'", reader.fields[0] ?? '');
  }
  const label = reader.fields[1] ?? '';
  if (reader.field(2, 'pageblock_order') !== PAGEBLOCK_ORDER) {
    reader.fail(`pageblock_order ${PAGEBLOCK_ORDER}`, reader.fields[3]);
  }
  if (reader.field(4, 'pcp_lists') !== PCP_LISTS) {
    reader.fail(`pcp_lists ${PCP_LISTS}`, reader.fields[5]);
  }
  reader.expectWords(6);
  while (reader.next()) {
    if (reader.fields[0] === 'end') {
      checkEnd(reader);
      return { label, zones: reader.zones };
    }
    readRecord(reader);
  }
  throw new RecordingError(file, reader.line, "'end'", 'the end of the file (a cut snapshot)');
}
