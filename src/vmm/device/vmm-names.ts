// What users of Firecracker's and QEMU's interfaces know these settings by, beside our own names, which have their unit at the end.
// Sizes are MiB there.

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

/** Our settings for one of theirs. */
type Translate = (value: never) => Readonly<Record<string, unknown>>;

const BALLOON: Readonly<Record<keyof BalloonNames, Translate>> = {
  amount_mib: (mib: number) => ({ targetPages: pagesOfMib(mib) }),
  deflate_on_oom: (deflateOnOom: boolean) => ({ deflateOnOom }),
  stats_polling_interval_s: (seconds: number) =>
    seconds === 0
      ? { stats: false }
      : {
          stats: true,
          statsIntervalNs: expectNumber('stats_polling_interval_s', seconds, 1) * NS_PER_S,
        },
  free_page_hinting: (freePageHinting: boolean) => ({ freePageHinting }),
  free_page_reporting: (freePageReporting: boolean) => ({ freePageReporting }),
};

/** The same settings by our names. Throws RefusedArgument for one that is said by both. */
export function balloonSettings<Options extends object>(
  said: Options,
): Omit<Options, keyof BalloonNames> {
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
  return settings as Omit<Options, keyof BalloonNames>;
}

/** A target in pages, said in pages or in MiB. */
export function targetPagesOf(target: number | BalloonAmount): number {
  return typeof target === 'object' && target !== null ? pagesOfMib(target.amount_mib) : target;
}

/** A size in bytes, said in bytes or in MiB. */
export function requestedBytesOf(size: number | RequestedSize): number {
  if (typeof size !== 'object' || size === null) return size;
  return expectNumber('requested_size_mib', size.requested_size_mib, 0) * MIB;
}
