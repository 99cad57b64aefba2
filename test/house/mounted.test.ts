/** A mechanism lands with the system, scenario or command that uses it: nothing is called by tests alone. */
import { expect, it } from 'vitest';
import { unmountedExports, unnamedMethods } from './mounted.ts';

type Reason = readonly [pattern: RegExp, why: string];

/** Exports that nothing in the product uses, and why they stand. */
const EXPORTS: readonly Reason[] = [
  [
    /^src\/report\/script\.ts (?:chartsLibrary|useCharts)$/,
    'package/pages.mjs calls the one; the other is for bundles of the library (docs/browsers.md)',
  ],
  [
    /^assembly\/czone\/pool\.ts czonePlacement$/,
    'bench/czone-choice.ts compares the rules of placement for docs/decisions',
  ],
  [
    /^src\/abi\/gfp\.ts (?:GFP|ALLOC)_/,
    "Linux's whole list: users of guestmem/abi make masks of them",
  ],
  [/^src\/abi\/program\.ts (?:DRAIN|HINT)_/, 'one value of a field whose other values are used'],
  [
    /^src\/core\/llfree(?:-walk)?\.ts /,
    'an allocator of its own, beside the buddy in bench/alloc.bench.ts; no guest kernel stands on it yet',
  ],
  [/^src\/core\/raw\.ts /, 'the back door of tests and benches, in no face'],
  [/^src\/cost\/document\.ts pricesTable/, 'writes docs/prices.md; a test compares the two'],
  [/^src\/report\/leftovers\.ts endStage$/, 'src/cli/apart.ts loads it when a signal has come'],
  [/^src\/sweep\/engines\/thread\.ts play$/, 'piscina calls it in its threads, by name'],
  [/^src\/virtio\/constants\.ts F_/, "virtio's whole list of reserved features"],
  [
    /^src\/serverless\/function-fields\.ts functionFieldsTable$/,
    'its test writes docs/function-fields.md with it',
  ],
  [
    /^src\/report\/output-error\.ts refusedWrite$/,
    'loaded by src/cli/fault.ts when a command has failed',
  ],
];

/** Public methods that nothing in the product calls, and for whom they are. */
const METHODS: readonly Reason[] = [
  [
    /^src\/guest\/(?:page-cache|process-tree|service\/memory-blocks)\.ts /,
    "the library's: trees of more than one process, files of a zone, hotplug by hand",
  ],
  [/ CZones\.memmapPages$/, "the library's: what checks of conservation must add"],
  [
    / LlfreeCore\.\w+$/,
    'calls of the allocator and of its monitor: guests have it inside their core',
  ],
  [
    / (?:GuestKernel\.(?:freeLists|proc)|CZoneVirtio\.reclaimPool|HostMemory\.byCause)$/,
    "the library's, for whoever looks into a guest or a host: examples/ has a program of each",
  ],
  [/ (?:Vmm\.boot|VmMemory\.keptFrames|Dimms\.slots)$/, "the library's"],
  [
    / BalloonDevice\.(?:pollStats|setStatsInterval|\w+Hinting|setInhibited)$/,
    "the host's side of a balloon as VMMs' interfaces have it: statistics, hinting, inhibition",
  ],
  [/ (?:CZone|Mem)Device\.(?:blockOwner|requestStats|systemReset)$/, "the host's side of a device"],
  [/ CZoneDriver\.ownerOf$/, 'the twin of blockOwner: both books must agree'],
  [/ MemDriver\.(?:lastOutcome|busyRanges|maySuspend)$/, "what Linux's driver shows and refuses"],
];

function withoutReason(found: readonly string[], reasons: readonly Reason[]): string[] {
  return found.filter((name) => !reasons.some(([pattern]) => pattern.test(name)));
}

function needless(found: readonly string[], reasons: readonly Reason[]): string[] {
  return reasons.filter(([p]) => !found.some((name) => p.test(name))).map(([, why]) => why);
}

it('exports whose only callers are tests say why they stand', () => {
  const found = unmountedExports();
  expect(withoutReason(found, EXPORTS)).toEqual([]);
  expect(needless(found, EXPORTS)).toEqual([]);
});

it('public methods whose only callers are tests say for whom they are', () => {
  const found = unnamedMethods();
  expect(withoutReason(found, METHODS)).toEqual([]);
  expect(needless(found, METHODS)).toEqual([]);
});
