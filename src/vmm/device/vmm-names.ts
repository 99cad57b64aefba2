// What users of Firecracker's and QEMU's interfaces know these settings by, beside our own names, which have their unit at the end.
// Sizes are MiB with Firecracker and bytes with QEMU, intervals seconds with both.

import { MIB, NS_PER_S } from '../../abi/unit.ts';
import { RefusedArgument, expectNumber, expectObject, pagesOfMib } from '../../check/index.ts';

/** Settings of a balloon as Firecracker's API has them (`PUT /balloon`). */
export interface BalloonNames {
  /** `targetPages`, in MiB. */
  readonly amount_mib?: number | undefined;
  /** `deflateOnOom`. */
  readonly deflate_on_oom?: boolean | undefined;
  /** `statsIntervalNs`, in seconds; 0: there are no statistics. */
  readonly stats_polling_interval_s?: number | undefined;
  /** `freePageHinting`. */
  readonly free_page_hinting?: boolean | undefined;
  /** `freePageReporting`. */
  readonly free_page_reporting?: boolean | undefined;
}

/** Settings of a balloon as properties of QEMU's `virtio-balloon`. */
export interface QemuBalloonNames {
  /** `deflateOnOom`. */
  readonly 'deflate-on-oom'?: boolean | undefined;
  /** `freePageHinting`. */
  readonly 'free-page-hint'?: boolean | undefined;
  /** `freePageReporting`. */
  readonly 'free-page-reporting'?: boolean | undefined;
  /** `statsIntervalNs`, in seconds; 0: there are no statistics. */
  readonly 'guest-stats-polling-interval'?: number | undefined;
}

type AllBalloonNames = BalloonNames & QemuBalloonNames;

/** A balloon's target as Firecracker's API has it (`PATCH /balloon`). */
export interface BalloonAmount {
  /** MiB, in whole pages of 4 KiB. */
  readonly amount_mib: number;
}

/** What is requested of virtio-mem as Firecracker's API has it (`PATCH /hotplug/memory`). */
export interface RequestedSize {
  /** MiB. */
  readonly requested_size_mib: number;
}

/** What is requested of QEMU's `virtio-mem` (`qom-set`). */
export interface QemuRequestedSize {
  /** Bytes. */
  readonly 'requested-size': number;
}

/** Our settings for one of theirs. */
type Translate = (value: never) => Readonly<Record<string, unknown>>;

const deflates: Translate = (deflateOnOom: boolean) => ({ deflateOnOom });
const hints: Translate = (freePageHinting: boolean) => ({ freePageHinting });
const reports: Translate = (freePageReporting: boolean) => ({ freePageReporting });

function polls(name: string): Translate {
  return (seconds: number) =>
    seconds === 0
      ? { stats: false }
      : { stats: true, statsIntervalNs: expectNumber(name, seconds, 1) * NS_PER_S };
}

const BALLOON: Readonly<Record<keyof AllBalloonNames, Translate>> = {
  amount_mib: (mib: number) => ({ targetPages: pagesOfMib(mib) }),
  deflate_on_oom: deflates,
  stats_polling_interval_s: polls('stats_polling_interval_s'),
  free_page_hinting: hints,
  free_page_reporting: reports,
  'deflate-on-oom': deflates,
  'free-page-hint': hints,
  'free-page-reporting': reports,
  'guest-stats-polling-interval': polls('guest-stats-polling-interval'),
};

/** The same settings by our names. Throws RefusedArgument for one that is said by both. */
export function balloonSettings<Options extends object>(
  said: Options,
): Omit<Options, keyof AllBalloonNames> {
  let settings: Readonly<Record<string, unknown>> = {
    ...(expectObject('balloon', said) as object),
  };
  for (const [theirs, translate] of Object.entries(BALLOON)) {
    const { [theirs]: value, ...others } = settings;
    settings = others;
    if (value === undefined) continue;
    const ours = translate(value as never);
    const twice = Object.keys(ours).find((name) => others[name] !== undefined);
    if (twice !== undefined) throw new RefusedArgument(theirs, `it or ${twice}, not both`, value);
    settings = { ...others, ...ours };
  }
  return settings as Omit<Options, keyof AllBalloonNames>;
}

/** A target in pages, said in pages or in MiB. */
export function targetPagesOf(target: number | BalloonAmount): number {
  return typeof target === 'object' && target !== null ? pagesOfMib(target.amount_mib) : target;
}

/** A size in bytes, said in bytes or in MiB. */
export function requestedBytesOf(size: number | RequestedSize | QemuRequestedSize): number {
  if (typeof size !== 'object' || size === null) return size;
  if ('requested-size' in size) return expectNumber('requested-size', size['requested-size'], 0);
  return expectNumber('requested_size_mib', size.requested_size_mib, 0) * MIB;
}
