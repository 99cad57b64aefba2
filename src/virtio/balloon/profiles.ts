/** How the balloon devices of three VMMs differ, as data (docs/linux-memory.md C.2, C.3, F.1, F.3, F.4). */

import { F_EVENT_IDX, F_INDIRECT_DESC, F_VERSION_1 } from '../constants.ts';
import { POLICY_EXACT, POLICY_SPEC, type DevicePolicy } from '../device.ts';
import {
  F_DEFLATE_ON_OOM,
  F_FREE_PAGE_HINT,
  F_MUST_TELL_HOST,
  F_PAGE_POISON,
  F_REPORTING,
  F_STATS_VQ,
  type BalloonQueueRole,
} from './config.ts';

export type BalloonProfileName = 'firecracker' | 'cloud-hypervisor' | 'qemu';

/** What the user of the VMM can switch. */
export interface BalloonFeatureOptions {
  readonly deflateOnOom?: boolean;
  readonly stats?: boolean;
  readonly freePageHinting?: boolean;
  readonly pagePoison?: boolean;
  readonly freePageReporting?: boolean;
  readonly mustTellHost?: boolean;
}

export interface BalloonProfile {
  readonly name: BalloonProfileName;
  readonly policy: DevicePolicy;
  readonly numbering: 'dense' | 'fixed';
  /** Features beside the balloon's own. */
  readonly transportFeatures: bigint;
  /** Options this VMM knows; others are not offered whatever is asked. */
  readonly supported: bigint;
  /** Offered when the option is left out. */
  readonly defaults: bigint;
  /** Offered even when the option says no. */
  readonly always: bigint;
  readonly queueSizes: Readonly<Record<BalloonQueueRole, number>>;
  /** 'by-features' grows with hinting and poison: 8, 12 or 16 bytes. */
  readonly configBytes: 8 | 12 | 'by-features';
  /**
   * 'any': every byte; 'fields': bytes of `actual` and `poison_val` stick, others are dropped;
   * 'actual': one 4-byte write of `actual`, all else refused.
   */
  readonly writable: 'any' | 'fields' | 'actual';
  readonly inflate: {
    /** 'ranges': sort, drop duplicates, merge; 'pages': each in turn, whole host pages only. */
    readonly method: 'ranges' | 'pages';
    /** Only the first descriptor of a chain is looked at. */
    readonly headOnly: boolean;
    /** A longer readable head is dropped and its chain never returned. */
    readonly maxHeadBytes: number;
    /**
     * A chain of odd length or with nothing to read: 'ignore' returns it without effect, 'whole-words'
     * takes the whole PFNs in it. 'stop' ends the device's work, here NEEDS_RESET (Cloud Hypervisor's
     * worker thread ends); it also does so for a PFN outside memory, which the others skip.
     */
    readonly malformed: 'ignore' | 'whole-words' | 'stop';
    /** Bits of a partly inflated large host page live for one chain, or until another page comes. */
    readonly partialScope: 'chain' | 'device';
    readonly usedLength: 'zero' | 'request';
  };
  /** Deflating advises the host that pages will be needed. */
  readonly deflateAdvises: boolean;
  readonly stats: {
    readonly maxBytes: number;
    /** All values are unknown again at each buffer. */
    readonly clearsOnBuffer: boolean;
  };
  readonly hinting: {
    readonly firstCmdId: number;
    /** Command ids count from here again after the last. */
    readonly wrapsTo: number;
    /** What a hinted range is for: given back, or only left out of a migration. */
    readonly action: 'discard' | 'note';
    /** What the host's stop puts in the config space: 0 STOP or 1 DONE. */
    readonly stopWith: 0 | 1;
    /** 'any': every 4-byte buffer is a command; 'readable': every readable buffer must be one. */
    readonly commands: 'any' | 'readable';
  };
  readonly reporting: {
    readonly usedLength: 'zero' | 'total';
    /** Ranges not aligned to the host page are left alone. */
    readonly alignedOnly: boolean;
    readonly skipsWhenPoisoned: boolean;
  };
  /** A target is refused while the device is inactive, or above the guest's memory. */
  readonly checksTarget: boolean;
  /** Statistics cannot be switched on or off later, and a new interval asks for them at once. */
  readonly fixedStatsSwitch: boolean;
  readonly resetClearsActual: boolean;
}

const FIRECRACKER: BalloonProfile = {
  name: 'firecracker',
  policy: POLICY_EXACT,
  numbering: 'dense',
  transportFeatures: F_VERSION_1,
  supported: F_DEFLATE_ON_OOM | F_STATS_VQ | F_FREE_PAGE_HINT | F_REPORTING,
  defaults: 0n,
  always: 0n,
  queueSizes: { inflate: 256, deflate: 256, stats: 256, hinting: 256, reporting: 256 },
  configBytes: 12,
  writable: 'any',
  inflate: {
    method: 'ranges',
    headOnly: true,
    maxHeadBytes: 1024,
    malformed: 'ignore',
    partialScope: 'chain',
    usedLength: 'zero',
  },
  deflateAdvises: false,
  stats: { maxBytes: 2560, clearsOnBuffer: false },
  hinting: { firstCmdId: 2, wrapsTo: 2, action: 'discard', stopWith: 1, commands: 'any' },
  reporting: { usedLength: 'zero', alignedOnly: false, skipsWhenPoisoned: false },
  checksTarget: true,
  fixedStatsSwitch: true,
  resetClearsActual: true,
};

const CLOUD_HYPERVISOR: BalloonProfile = {
  name: 'cloud-hypervisor',
  policy: POLICY_SPEC,
  numbering: 'dense',
  transportFeatures: F_VERSION_1,
  supported: F_DEFLATE_ON_OOM | F_REPORTING,
  defaults: 0n,
  always: 0n,
  queueSizes: { inflate: 128, deflate: 128, stats: 0, hinting: 0, reporting: 32 },
  configBytes: 8,
  writable: 'actual',
  inflate: {
    method: 'pages',
    headOnly: true,
    maxHeadBytes: Infinity,
    malformed: 'stop',
    partialScope: 'device',
    usedLength: 'request',
  },
  deflateAdvises: true,
  stats: { maxBytes: 0, clearsOnBuffer: false },
  hinting: { firstCmdId: 2, wrapsTo: 2, action: 'note', stopWith: 0, commands: 'readable' },
  reporting: { usedLength: 'total', alignedOnly: false, skipsWhenPoisoned: false },
  checksTarget: false,
  fixedStatsSwitch: false,
  resetClearsActual: false,
};

const QEMU: BalloonProfile = {
  name: 'qemu',
  policy: POLICY_SPEC,
  numbering: 'dense',
  transportFeatures: F_VERSION_1 | F_INDIRECT_DESC | F_EVENT_IDX,
  supported:
    F_MUST_TELL_HOST |
    F_STATS_VQ |
    F_DEFLATE_ON_OOM |
    F_FREE_PAGE_HINT |
    F_PAGE_POISON |
    F_REPORTING,
  defaults: F_PAGE_POISON,
  always: F_STATS_VQ,
  queueSizes: { inflate: 128, deflate: 128, stats: 128, hinting: 1024, reporting: 32 },
  configBytes: 'by-features',
  writable: 'fields',
  inflate: {
    method: 'pages',
    headOnly: false,
    maxHeadBytes: Infinity,
    malformed: 'whole-words',
    partialScope: 'chain',
    usedLength: 'zero',
  },
  deflateAdvises: true,
  stats: { maxBytes: Infinity, clearsOnBuffer: true },
  hinting: {
    firstCmdId: 0x8000_0000,
    wrapsTo: 0x8000_0000,
    action: 'note',
    stopWith: 0,
    commands: 'readable',
  },
  reporting: { usedLength: 'zero', alignedOnly: true, skipsWhenPoisoned: true },
  checksTarget: false,
  fixedStatsSwitch: false,
  resetClearsActual: false,
};

export const BALLOON_PROFILES: Readonly<Record<BalloonProfileName, BalloonProfile>> = {
  firecracker: FIRECRACKER,
  'cloud-hypervisor': CLOUD_HYPERVISOR,
  qemu: QEMU,
};

/** The features a device of this profile offers. */
export function offeredFeatures(profile: BalloonProfile, options: BalloonFeatureOptions): bigint {
  const asked: readonly (readonly [bigint, boolean | undefined])[] = [
    [F_MUST_TELL_HOST, options.mustTellHost],
    [F_STATS_VQ, options.stats],
    [F_DEFLATE_ON_OOM, options.deflateOnOom],
    [F_FREE_PAGE_HINT, options.freePageHinting],
    [F_PAGE_POISON, options.pagePoison],
    [F_REPORTING, options.freePageReporting],
  ];
  let features = profile.transportFeatures | profile.always;
  for (const [bit, wanted] of asked) {
    const on = wanted ?? (profile.defaults & bit) !== 0n;
    if (on) features |= bit & profile.supported;
  }
  return features;
}
