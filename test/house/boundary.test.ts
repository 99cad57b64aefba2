/** What stands in one place only: offsets of the core's memory, units, chance and time. */
import { describe, expect, it } from 'vitest';
import * as unit from '../../src/abi/unit.ts';
import { CORE, SOURCES, codeOf, filesIn, folderOf } from './tree.ts';

/** Lines of code in which a pattern stands, as `file: line`. Comments do not count. */
function linesWith(
  files: readonly string[],
  pattern: RegExp,
  codeIn: (file: string) => string = codeOf,
): string[] {
  return files.flatMap((file) =>
    codeIn(file)
      .split('\n')
      .filter((line) => pattern.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  );
}

describe('the memory of the core', () => {
  const outside = SOURCES.filter((file) => !['core', 'abi'].includes(folderOf('src', file) ?? ''));

  it.each([
    ['an offset or a stride', /\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_(?:OFFSET|STRIDE)\b/],
    ['a word of the guest header', /\b(?:headerWord|setHeaderWord)\b|[cC]ore\.header\b/],
    ['its words or its buffer', /[cC]ore\.(?:words|bytes)\b|\.memory\.buffer\b/],
    ['the raw calls', /[cC]ore\.raw\b|\{[^}]*\braw\b[^}]*\} = /],
  ] as const)('%s is named in src/core only', (_what, pattern) => {
    expect(linesWith(outside, pattern)).toEqual([]);
  });
});

/** A file without comments and without what stands in quotes on one line. */
function withoutText(file: string): string {
  return codeOf(file).replaceAll(/'[^'\n]*'|`[^`\n]*`/g, "''");
}

/**
 * Literals that are a unit's value, by the unit to write instead. Where a number means something else it is listed below
 * with what it means.
 */
const LITERALS: readonly (readonly [RegExp, string])[] = [
  [/(?<![\w.])(?:4096|4_096|0x1000|1 << 12|2 \*\* 12)(?![\w.])/, 'FRAME_BYTES'],
  [/(?<![\w.])(?:512|0x200|1 << 9|2 \*\* 9)(?![\w.])/, 'PAGEBLOCK_FRAMES'],
  [/(?<![\w.])(?:32768|32_768|1 << 15|2 \*\* 15)(?![\w.])/, 'MEMORY_BLOCK_FRAMES'],
  [/(?<![\w.])(?:2 \*\* 18|262144|262_144|1 << 18)(?![\w.])/, 'FRAMES_PER_GIB'],
  [/(?<![\w.])(?:2 \*\* 20|1048576|1_048_576|1 << 20)(?![\w.])/, 'MIB'],
  [/(?<![\w.])(?:2 \*\* 30|1073741824|1_073_741_824|1 << 30)(?![\w.])/, 'GIB'],
  [/(?<![\w.])(?:2 \*\* 21|2097152|2_097_152|1 << 21)(?![\w.])/, 'PAGEBLOCK_BYTES'],
  [/(?<![\w.])(?:2 \*\* 27|134217728|134_217_728|1 << 27)(?![\w.])/, 'MEMORY_BLOCK_BYTES'],
  [/(?<![\w.])(?:1e6|1000000|1_000_000)(?![\w.])/, 'NS_PER_MS'],
  [/(?<![\w.])(?:6e4|60000|60_000)(?![\w.])/, 'MS_PER_MINUTE'],
  [/(?<![\w.])(?:1e9|1000000000|1_000_000_000)(?![\w.])/, 'NS_PER_S'],
];

/** Lines in which such a number is no unit, and what it is. A line that is gone must go from here too. */
const MEANT: Readonly<Record<string, string>> = {
  'src/virtio/czone/profiles.ts: maxZones: 4096,': 'zones, of which a device may have so many',
  'src/virtio/transport.ts: const RING_ALIGN_BYTES = 4096;': "virtio's alignment of a ring",
  'src/virtio/constants.ts: export const QUEUE_SIZE_LIMIT = 32768;': "virtio's largest queue",
  'src/serverless/function-profile.ts: 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072,':
    'limits of containers in MiB',
  'assembly/boot.ts: const CZONES_MAX: u32 = 60000;': 'CZones, a limit of the core',
  'assembly/kernel/watermark.ts: const MIN_FREE_KB_MOST: u32 = 262144;':
    "KiB: Linux's largest reserve",
  "src/trace/synthetic.ts: checkRange('', popular.memoryMib, 1, 1e6);": 'a bound in MiB',
  "src/trace/synthetic.ts: checkRange('', config.maximumOfferedCalls, 0.001, 1e6);":
    'a bound in calls',
  'src/trace/csv.ts: const MAXIMUM_FILE_BYTES = 1_000_000_000;': 'a decimal gigabyte',
};

/** A definition under the name of a unit, or of one that means the same. */
const REDEFINED = new RegExp(
  String.raw`\bconst (?:${Object.keys(unit).join('|')}|PAGE_BYTES|PAGE_SIZE|PAGE_SHIFT|BLOCK_FRAMES|HUGE_ORDER|FNV_PRIME)\b[^=]*= -?\d`,
);

describe('units', () => {
  const files = [...SOURCES, ...CORE].filter((file) => folderOf('src', file) !== 'abi');

  it.each(LITERALS)('%s is written %s', (pattern) => {
    expect(
      linesWith(files, pattern, withoutText).filter((line) => MEANT[line] === undefined),
    ).toEqual([]);
  });

  it('numbers that are none are still there', () => {
    const lines = new Set(LITERALS.flatMap(([pattern]) => linesWith(files, pattern, withoutText)));
    expect(Object.keys(MEANT).filter((line) => !lines.has(line))).toEqual([]);
  });

  it('are defined once', () => {
    expect(linesWith(files, REDEFINED)).toEqual([]);
  });

  it('follow from each other', () => {
    expect(unit.FRAME_BYTES).toBe(2 ** unit.FRAME_SHIFT);
    expect(unit.MIB).toBe(unit.KIB * 1024);
    expect(unit.GIB).toBe(unit.MIB * 1024);
    expect(unit.FRAMES_PER_MIB * unit.FRAME_BYTES).toBe(unit.MIB);
    expect(unit.FRAMES_PER_GIB * unit.FRAME_BYTES).toBe(unit.GIB);
    expect(unit.ORDERS).toBe(unit.ORDER_MAX + 1);
    expect(unit.PAGEBLOCK_FRAMES).toBe(2 ** unit.PAGEBLOCK_ORDER);
    expect(unit.PAGEBLOCK_BYTES).toBe(unit.PAGEBLOCK_FRAMES * unit.FRAME_BYTES);
    expect(unit.MEMORY_BLOCK_BYTES).toBe(unit.MEMORY_BLOCK_FRAMES * unit.FRAME_BYTES);
    expect(unit.NS_PER_MS).toBe(unit.NS_PER_US * 1000);
    expect(unit.NS_PER_S).toBe(unit.NS_PER_MS * unit.MS_PER_S);
  });
});

describe('a binary heap, a generator of chance and an FNV hash', () => {
  it.each([
    ['a generator', /0x6d2b79f5|0x9e3779b9|1831565813|2654435769/i],
    ['FNV-1a', /16777619|0x01000193|2166136261|0x811c9dc5/i],
  ] as const)('%s stands in one file', (_what, pattern) => {
    const found = [...SOURCES, ...filesIn('bench')].filter((file) => pattern.test(codeOf(file)));
    expect(found.length, found.join(', ')).toBeLessThanOrEqual(1);
  });
});
