/**
 * The page allocator's state, read out of a standing machine's memory from outside: zones, free lists in
 * order, lists of the CPU, types of pageblocks. Where its parts lie in this kernel (Linux 6.1, 32 bits, flat
 * memory, one node) is below; the guest's own /proc is compared with what is found, so that another kernel
 * is refused and not misread.
 */

/** Where a kernel keeps its records, by its own addresses. */
export interface KernelPlaces {
  readonly zones: readonly number[];
  /** Added to what names memory of the CPU. */
  readonly perCpu: number;
  readonly pages: number;
  readonly pageBytes: number;
}

/** The kernel maps memory from here on. */
const PAGE_OFFSET = 0xc000_0000;
const WORD_BYTES = 4;
const ZONES = 4;
const ORDERS = 11;
const TYPES = 5;
const PAGEBLOCK_ORDER = 9;
/** Four bits a pageblock, of which three are its type. */
const BLOCK_BITS = 4;
const BLOCK_MASK = 7;

/** Offsets in a zone. */
const ZONE = {
  min: 0,
  low: 4,
  high: 8,
  boost: 16,
  highatomic: 20,
  reserve: 24,
  cpuLists: 44,
  blocks: 60,
  start: 64,
  managed: 68,
  spanned: 72,
  present: 76,
  name: 80,
  free: 128,
  flags: 612,
} as const;
const AREA_BYTES = 44;
const LIST_BYTES = 8;
const NAME_BYTES_MOST = 16;

/** Offsets in the lists of a CPU. */
const CPU = { count: 4, high: 8, batch: 12, lists: 20 } as const;
/** Three an order up to 3, then one of huge pages. */
const CPU_LISTS = 13;
/** Places that the form of a recording has for them (docs/recordings.md); huge pages come last, movable ones. */
const HUGE_LIST = 12;
const RECORDED_LISTS = 14;

/** A page's place on a list, in its record. */
const PAGE_LINK = 4;

/** The numbers after a name in /proc/zoneinfo, zone by zone. */
function numbersOf(zoneinfo: string, name: string): number[] {
  const lines = zoneinfo.matchAll(new RegExp(String.raw`^\s+${name}\s+(\d+)$`, 'gm'));
  return [...lines].map(([, number]) => Number(number));
}

/**
 * Finds the zones and the CPU's lists by what /proc/zoneinfo says of them: this kernel names no data.
 * `table`: where its records of pages lie.
 */
export function findPlaces(
  memory: Uint8Array,
  zoneinfo: string,
  table: { readonly base: number; readonly stride: number },
): KernelPlaces {
  const words = new Uint32Array(memory.buffer, memory.byteOffset, memory.byteLength / WORD_BYTES);
  const at = (address: number): number | undefined => words[address / WORD_BYTES];
  const find = (what: string, holds: (address: number) => boolean): number => {
    for (let address = 0; address < memory.length; address += WORD_BYTES) {
      if (holds(address)) return address;
    }
    throw new Error(`this kernel has no ${what} of the form that is known here`);
  };
  const sizes = ['start_pfn:', 'managed', 'spanned', 'present'].map((name) =>
    numbersOf(zoneinfo, name),
  );
  const zones = numbersOf(zoneinfo, 'start_pfn:').map((_, zone) =>
    find('zone', (address) =>
      sizes.every((size, i) => at(address + ZONE.start + i * WORD_BYTES) === size[zone]),
    ),
  );
  const highs = numbersOf(zoneinfo, 'high:');
  const batches = numbersOf(zoneinfo, 'batch:');
  const names = zones.map((zone) => at(zone + ZONE.cpuLists) ?? 0);
  const first = names[0] ?? 0;
  const lists = find('list of a CPU', (address) =>
    names.every((name, zone) => {
      const cpu = address + name - first;
      return at(cpu + CPU.high) === highs[zone] && at(cpu + CPU.batch) === batches[zone];
    }),
  );
  return {
    zones: zones.map((zone) => zone + PAGE_OFFSET),
    perCpu: lists + PAGE_OFFSET - first,
    pages: table.base,
    pageBytes: table.stride,
  };
}

export class KernelState {
  readonly #memory: () => Uint8Array;
  readonly #places: KernelPlaces;
  #view: DataView = new DataView(new ArrayBuffer(0));

  /** `memory` is asked for each time: views of a machine's memory end when it grows. */
  constructor(memory: () => Uint8Array, places: KernelPlaces) {
    this.#memory = memory;
    this.#places = places;
  }

  /** In the form of a recording's pagestate. */
  text(label: string): string {
    const { buffer, byteOffset, byteLength } = this.#memory();
    this.#view = new DataView(buffer, byteOffset, byteLength);
    const lines = [
      `pagestate ${label} pageblock_order ${PAGEBLOCK_ORDER} pcp_lists ${RECORDED_LISTS}`,
    ];
    for (const zone of this.#places.zones) lines.push(...this.#zoneLines(zone));
    return `${[...lines, 'end', ''].join('\n')}`;
  }

  #zoneLines(zone: number): string[] {
    const word = (offset: number): number => this.#word(zone + offset);
    const reserve = Array.from({ length: ZONES }, (_, i) => word(ZONE.reserve + 4 * i));
    const lines = [
      [
        `zone ${this.#name(zone)} start ${word(ZONE.start)} spanned ${word(ZONE.spanned)}`,
        `present ${word(ZONE.present)} managed ${word(ZONE.managed)}`,
        `min ${word(ZONE.min)} low ${word(ZONE.low)} high ${word(ZONE.high)}`,
        `boost ${word(ZONE.boost)} reserve ${reserve.join(' ')}`,
        `highatomic ${word(ZONE.highatomic)} flags ${word(ZONE.flags)}`,
      ].join(' '),
      `blocks ${this.#blockTypes(zone).join(' ')}`,
    ];
    for (let order = 0; order < ORDERS; order++) {
      for (let type = 0; type < TYPES; type++) {
        const head = zone + ZONE.free + order * AREA_BYTES + type * LIST_BYTES;
        const pfns = this.#list(head);
        if (pfns.length > 0) lines.push(`free ${order} ${type} ${pfns.join(' ')}`);
      }
    }
    return [...lines, ...this.#cpuLines(zone)];
  }

  #cpuLines(zone: number): string[] {
    const cpu = (this.#word(zone + ZONE.cpuLists) + this.#places.perCpu) >>> 0;
    const count = this.#word(cpu + CPU.count);
    const high = this.#word(cpu + CPU.high);
    const lines = [
      `pcp count ${count} high ${high} high_min ${high} high_max ${high} batch ${this.#word(cpu + CPU.batch)} flags 0 alloc_factor 0 free_count 0`,
    ];
    for (let list = 0; list < CPU_LISTS; list++) {
      const pfns = this.#list(cpu + CPU.lists + list * LIST_BYTES);
      const place = list === HUGE_LIST ? RECORDED_LISTS - 1 : list;
      if (pfns.length > 0) lines.push(`pcplist ${place} ${pfns.join(' ')}`);
    }
    return lines;
  }

  #blockTypes(zone: number): number[] {
    const start = this.#word(zone + ZONE.start);
    const end = start + this.#word(zone + ZONE.spanned);
    const first = start >> PAGEBLOCK_ORDER;
    const bits = this.#word(zone + ZONE.blocks);
    const count = ((end - 1) >> PAGEBLOCK_ORDER) - first + 1;
    return Array.from({ length: count }, (_, i) => {
      const bit = i * BLOCK_BITS;
      return (this.#word(bits + 4 * Math.floor(bit / 32)) >>> (bit % 32)) & BLOCK_MASK;
    });
  }

  /** Frames on a list, its head first. */
  #list(head: number): number[] {
    const { pages, pageBytes } = this.#places;
    const pfns: number[] = [];
    for (let at = this.#word(head); at !== head; at = this.#word(at)) {
      pfns.push((at - PAGE_LINK - pages) / pageBytes);
    }
    return pfns;
  }

  #name(zone: number): string {
    const bytes: number[] = [];
    const start = this.#word(zone + ZONE.name) - PAGE_OFFSET;
    if (start < 0 || start >= this.#view.byteLength) return '';
    for (let at = start; this.#view.getUint8(at) !== 0 && bytes.length < NAME_BYTES_MOST; at++) {
      bytes.push(this.#view.getUint8(at));
    }
    return String.fromCharCode(...bytes);
  }

  #word(address: number): number {
    return this.#view.getUint32(address - PAGE_OFFSET, true);
  }
}
