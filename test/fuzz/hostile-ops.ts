/** What a kernel that means harm does to its VMM, with what the VMM and honest code do in between. */

import fc from 'fast-check';
import { encodeReport } from '../../src/virtio/czone/report.ts';
import { encodeRequest } from '../../src/virtio/czone/request.ts';
import { encodeStats } from '../../src/virtio/czone/stats.ts';
import type { Descriptor } from './hostile.ts';
import type { Kind } from './hostile-vm.ts';

export type Op =
  /** Frame numbers in a message, ranges of two frames as buffers, and the same as hints. */
  | { readonly kind: 'frames' | 'ranges'; readonly queue: number; readonly pfns: readonly number[] }
  | { readonly kind: 'hint'; readonly pfns: readonly number[] }
  | {
      readonly kind: 'message';
      readonly queue: number;
      readonly answerBytes: number;
      readonly bytes: (regionAddr: number) => Uint8Array;
    }
  | { readonly kind: 'ring'; readonly queue: number }
  | { readonly kind: 'spoil'; readonly offset: number; readonly value: number }
  | {
      readonly kind: 'chain';
      readonly queue: number;
      readonly descriptors: readonly Descriptor[];
      readonly heads: readonly number[];
      readonly jump: number;
    }
  | {
      readonly kind: 'register';
      readonly offset: number;
      readonly width: number;
      readonly value: number;
    }
  | { readonly kind: 'start'; readonly features: number; readonly high: number }
  | { readonly kind: 'host'; readonly what: number; readonly value: number; readonly zone: number }
  | { readonly kind: 'guest'; readonly what: number; readonly value: number };

const u32 = fc.nat({ max: 0xffff_ffff });
const u16 = fc.nat({ max: 0xffff });
const queue = fc.nat({ max: 4 });
const small = fc.nat({ max: 64 });

/** Frames of all kinds: the kernel's own, holes, the region's, nonsense. */
const pfn = fc.oneof(
  { weight: 6, arbitrary: fc.nat({ max: 32 * 256 }) },
  { weight: 2, arbitrary: fc.integer({ min: 16_384, max: 65_536 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, 159, 160, 255, 4096, 0xffff_ffff, 2 ** 31) },
);
const pfns = fc.array(pfn, { maxLength: 8 });

const frames = fc.record({ kind: fc.constantFrom('frames' as const, 'ranges'), queue, pfns });
const hint = fc.record({ kind: fc.constant('hint' as const), pfns });

function message(
  index: number | fc.Arbitrary<number>,
  answerBytes: number,
  bytes: fc.Arbitrary<(regionAddr: number) => Uint8Array>,
): fc.Arbitrary<Op> {
  return fc.record({
    kind: fc.constant('message' as const),
    queue: typeof index === 'number' ? fc.constant(index) : index,
    answerBytes: fc.oneof(
      { weight: 12, arbitrary: fc.constant(answerBytes) },
      fc.nat({ max: 4096 }),
    ),
    bytes,
  });
}

const noise = message(
  queue,
  0,
  fc.uint8Array({ maxLength: 64 }).map((bytes) => () => bytes),
);

const BLOCK_BYTES = 2 << 20;
const memRequest = message(
  0,
  10,
  fc
    .record({
      type: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(0, 0, 1, 1, 2, 3) }, u16),
      block: fc.oneof({ weight: 9, arbitrary: fc.nat({ max: 64 }) }, fc.constantFrom(-1, 1e6)),
      blocks: fc.oneof({ weight: 9, arbitrary: fc.nat({ max: 8 }) }, u16),
    })
    .map(({ type, block, blocks }) => (regionAddr: number) => {
      const bytes = new DataView(new ArrayBuffer(24));
      bytes.setUint16(0, type, true);
      bytes.setBigUint64(8, BigInt(regionAddr + block * BLOCK_BYTES), true);
      bytes.setUint16(16, blocks, true);
      return new Uint8Array(bytes.buffer);
    }),
);

const zone = fc.oneof({ weight: 12, arbitrary: fc.nat({ max: 4 }) }, u32);
const zoneRequest = message(
  0,
  16,
  fc
    .record({
      type: fc.oneof(
        { weight: 12, arbitrary: fc.constantFrom(1, 1, 2, 3, 3, 3, 4, 5, 5, 6, 7) },
        u16,
      ),
      flags: fc.constantFrom(0, 0, 0, 0, 0, 1, 2, 0xffff),
      zone,
      block: fc.oneof({ weight: 12, arbitrary: fc.nat({ max: 17 }) }, u32),
      blocks: fc.oneof({ weight: 12, arbitrary: fc.nat({ max: 5 }) }, u32),
      value: fc.constantFrom(0, BLOCK_BYTES, 8 * BLOCK_BYTES, 2 ** 40),
    })
    .map((request) => () => encodeRequest(request)),
);
const zoneReport = message(
  2,
  16,
  fc
    .record({
      requestId: fc.nat({ max: 9 }),
      zone,
      flags: fc.constantFrom(0, 0, 0, 1, 1, 3, 0xffff),
      ranges: fc.array(
        fc.record({
          first: fc.nat({ max: 9000 }),
          count: fc.oneof({ weight: 6, arbitrary: fc.nat({ max: 600 }) }, u32),
        }),
        { maxLength: 4 },
      ),
    })
    .map((report) => () => encodeReport(report)),
);
const zoneStats = message(
  3,
  0,
  fc.array(fc.nat({ max: 4 }), { maxLength: 3 }).map((zones) => () => {
    const sizes = { pluggedBytes: 1, freeBytes: 1, backedFreeBytes: 1, limitHits: 1 };
    const work = { grownBlocks: 1, reusedPages: 1, migratedPages: 1 };
    const rows = zones.map((of) => ({ zone: of, isIdle: false, ...sizes, ...work }));
    return encodeStats({ requestId: 1, flags: 0, zones: rows });
  }),
);
/** Pairs of a first frame and how many, of the region and of anything. */
const blockRanges = message(
  fc.constantFrom(0, 1),
  0,
  fc
    .array(
      fc.tuple(
        fc.oneof({ weight: 6, arbitrary: fc.nat({ max: 8192 }) }, pfn),
        fc.oneof({ weight: 9, arbitrary: fc.nat({ max: 2048 }) }, u32),
      ),
      { maxLength: 140 },
    )
    .map((pairs) => (regionAddr: number) => {
      const start = regionAddr / 4096;
      const words = pairs.flatMap(([first, count]) => [
        first < 8192 ? start + first : first,
        count,
      ]);
      return new Uint8Array(Uint32Array.from(words).buffer);
    }),
);
/** Room for the device's events. */
const zoneEvents: fc.Arbitrary<Op> = fc.record({
  kind: fc.constant('chain' as const),
  queue: fc.constant(1),
  descriptors: fc
    .constantFrom(0, 16, 32, 32, 32, 4096)
    .map((length): Descriptor[] => [[0x7000, length, 2, 0]]),
  heads: fc.constant([0]),
  jump: fc.constant(0),
});

const addr = fc.oneof(
  { weight: 6, arbitrary: fc.nat({ max: 7 }).map((page) => page * 4096) },
  { weight: 2, arbitrary: fc.nat({ max: 32 << 20 }) },
  { weight: 1, arbitrary: fc.constantFrom(1 << 27, 2 ** 32, 2 ** 53, 2 ** 63, (32 << 20) - 1) },
);
const length = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(0, 1, 4, 8, 10, 16, 24, 32, 1024, 1028, 4096) },
  { weight: 1, arbitrary: u32 },
);
const chain: fc.Arbitrary<Op> = fc.record({
  kind: fc.constant('chain' as const),
  queue,
  descriptors: fc.array(
    fc.tuple(
      addr,
      length,
      fc.oneof({ weight: 6, arbitrary: fc.constantFrom(0, 1, 2, 3, 4, 5) }, u16),
      fc.oneof({ weight: 6, arbitrary: fc.nat({ max: 8 }) }, u16),
    ),
    { minLength: 1, maxLength: 8 },
  ),
  heads: fc.array(fc.nat({ max: 8 }), { minLength: 1, maxLength: 3 }),
  jump: fc.oneof({ weight: 20, arbitrary: fc.constant(0) }, u16),
});
const ring = fc.record({ kind: fc.constant('ring' as const), queue });
const spoil = fc.record({
  kind: fc.constant('spoil' as const),
  offset: fc.nat({ max: 5 * 4096 - 2 }),
  value: fc.oneof(fc.nat({ max: 16 }), u16),
});
const register = fc.record({
  kind: fc.constant('register' as const),
  offset: fc.nat({ max: 0x160 }),
  width: fc.constantFrom(1, 2, 4, 8),
  value: fc.oneof(fc.nat({ max: 16 }), u32),
});
const start = fc.record({
  kind: fc.constant('start' as const),
  features: fc.oneof(fc.constantFrom(0xff, 0x3000_00ff), u32),
  high: fc.constantFrom(1, 1, 1, 1, 1, 0, 3),
});
const host = fc.record({
  kind: fc.constant('host' as const),
  what: fc.nat({ max: 9 }),
  value: small,
  zone: fc.nat({ max: 4 }),
});
const guest = fc.record({
  kind: fc.constant('guest' as const),
  what: fc.nat({ max: 4 }),
  value: small,
});

const weighed = (weight: number, arbitrary: fc.Arbitrary<Op>): fc.WeightedArbitrary<Op> => ({
  weight,
  arbitrary,
});
const anyDevice = [
  weighed(1, noise),
  weighed(5, chain),
  weighed(1, ring),
  weighed(2, spoil),
  weighed(2, register),
  weighed(3, start),
  weighed(5, host),
  weighed(3, guest),
];

/** What is tried against a device of each kind: mostly what it understands. */
export const OPS: Readonly<Record<Kind, fc.Arbitrary<Op>>> = {
  balloon: fc.oneof(...anyDevice, weighed(14, frames), weighed(3, hint)),
  mem: fc.oneof(...anyDevice, weighed(2, frames), weighed(15, memRequest)),
  faascale: fc.oneof(...anyDevice, weighed(4, frames), weighed(14, blockRanges)),
  czone: fc.oneof(
    ...anyDevice,
    weighed(2, frames),
    weighed(14, zoneRequest),
    weighed(9, zoneReport),
    weighed(2, zoneStats),
    weighed(3, zoneEvents),
  ),
};
