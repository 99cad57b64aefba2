/** Ways to run czone-virtio that are compared, as data, and the options of one device. */

import { FRAME_BYTES, MIB, NS_PER_S } from '../../abi/unit.ts';
import { RefusedArgument, expectInteger, expectMultiple } from '../../check/index.ts';
import type { Timers } from '../../time/index.ts';
import { F_EVENT_IDX, F_INDIRECT_DESC, F_VERSION_1 } from '../constants.ts';
import { POLICY_SPEC, type DevicePolicy } from '../device.ts';
import {
  F_IDLE,
  F_PLUG,
  F_PREFER_BACKED,
  F_RECLAIM,
  F_STATS,
  F_UNPLUGGED_INACCESSIBLE,
  F_UNSOLICITED,
  F_ZEROED,
  MAX_RANGES_MAX,
  MAX_RANGES_MIN,
  MAX_ZONES_MAX,
} from './config.ts';
import type { CZoneGeometry, CZoneLimits } from './device-context.ts';
import type { IdlePolicy } from './idle.ts';

/**
 * 'adaptive': the host asks idle zones, zones grow and shrink by blocks. 'static': all blocks are plugged
 * from the start and memory comes back when a zone ends, as with fixed partitions. 'guest-driven': the
 * guest reports of its own accord, as with free page reporting.
 */
export type CZoneProfileName = 'adaptive' | 'static' | 'guest-driven';

export interface CZoneProfile {
  readonly name: CZoneProfileName;
  readonly policy: DevicePolicy;
  readonly features: bigint;
  readonly queueSize: number;
  readonly defaultBlockBytes: number;
  readonly granuleBytes: number;
  readonly maxRanges: number;
  readonly maxZones: number;
  /** A guest that has not finished a request after this long has lost it; 0 waits for ever. */
  readonly answerTimeoutNs: number;
  readonly idle: IdlePolicy | undefined;
}

const COMMON =
  F_VERSION_1 | F_INDIRECT_DESC | F_EVENT_IDX | F_STATS | F_ZEROED | F_PREFER_BACKED | F_IDLE;

const ADAPTIVE: CZoneProfile = {
  name: 'adaptive',
  policy: POLICY_SPEC,
  features: COMMON | F_RECLAIM | F_PLUG | F_UNPLUGGED_INACCESSIBLE,
  queueSize: 64,
  defaultBlockBytes: 2 * MIB,
  granuleBytes: FRAME_BYTES,
  maxRanges: 64,
  maxZones: 4096,
  answerTimeoutNs: 10 * NS_PER_S,
  idle: { delayNs: NS_PER_S, targetBytes: 0 },
};

export const CZONE_PROFILES: Readonly<Record<CZoneProfileName, CZoneProfile>> = {
  adaptive: ADAPTIVE,
  static: { ...ADAPTIVE, name: 'static', features: COMMON | F_RECLAIM, idle: undefined },
  'guest-driven': {
    ...ADAPTIVE,
    name: 'guest-driven',
    features: ADAPTIVE.features | F_UNSOLICITED,
    idle: undefined,
  },
};

export interface CZoneDeviceOptions {
  readonly addr: number;
  readonly regionBytes: number;
  readonly blockBytes?: number;
  /** Size of the pages behind the guest. */
  readonly granuleBytes?: number;
  /** How much may be plugged at first; all that is usable by default. */
  readonly requestedBytes?: number;
  readonly usableBytes?: number;
  readonly zoneLimitBytes?: number;
  readonly nodeId?: number;
  /** Needed for idle reclaim and for the time limit of requests. */
  readonly timers?: Timers;
  /** Instead of the profile's; null: the host asks nobody by itself. */
  readonly idle?: IdlePolicy | null;
  /** How long the host is at work on a report of so many frames; by default no time passes. */
  readonly reportNs?: (frames: number) => number;
}

/** What options come to; throws RefusedArgument. */
export function checkCZoneOptions(
  profile: CZoneProfile,
  options: CZoneDeviceOptions,
): { blockBytes: number; geometry: CZoneGeometry; limits: CZoneLimits } {
  const { addr, regionBytes, usableBytes = regionBytes, zoneLimitBytes = 0 } = options;
  const { blockBytes = profile.defaultBlockBytes, requestedBytes = usableBytes } = options;
  const { granuleBytes = profile.granuleBytes } = options;
  const { maxRanges, maxZones } = profile;
  expectPowerOfTwo('blockBytes', blockBytes, 2 * MIB, 128 * MIB);
  expectPowerOfTwo('granuleBytes', granuleBytes, FRAME_BYTES, blockBytes);
  expectInteger('maxRanges', maxRanges, MAX_RANGES_MIN, MAX_RANGES_MAX);
  expectInteger('maxZones', maxZones, 1, MAX_ZONES_MAX);
  for (const [name, bytes, least, most] of [
    // first those that bound the others
    ['regionBytes', regionBytes, blockBytes, 2 ** 32 * FRAME_BYTES],
    ['addr', addr, 0, Number.MAX_SAFE_INTEGER - regionBytes],
    ['usableBytes', usableBytes, 0, regionBytes],
    ['requestedBytes', requestedBytes, 0, usableBytes],
    ['zoneLimitBytes', zoneLimitBytes, 0, regionBytes],
  ] as const) {
    expectMultiple(name, bytes, blockBytes, least, most);
  }
  const limit = zoneLimitBytes === 0 ? Infinity : zoneLimitBytes / blockBytes;
  return {
    blockBytes,
    geometry: {
      startPfn: addr / FRAME_BYTES,
      blockFrames: blockBytes / FRAME_BYTES,
      granuleFrames: granuleBytes / FRAME_BYTES,
      maxZones,
      maxRanges,
    },
    limits: {
      usableBlocks: usableBytes / blockBytes,
      requestedBlocks: requestedBytes / blockBytes,
      zoneLimitBlocks: limit,
    },
  };
}

function expectPowerOfTwo(name: string, value: number, least: number, most: number): void {
  const isPower = typeof value === 'number' && Number.isInteger(Math.log2(value));
  if (isPower && value >= least && value <= most) return;
  throw new RefusedArgument(name, `a power of two from ${least} to ${most}`, value);
}
