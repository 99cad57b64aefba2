/** Wire constants and the config space of virtio-balloon (device 5; spec 5.5, docs/linux-memory.md C.1 to C.3). */

import { FRAME_BYTES } from '../../abi/unit.ts';
import { feature } from '../constants.ts';

export const F_MUST_TELL_HOST: bigint = feature(0);
export const F_STATS_VQ: bigint = feature(1);
export const F_DEFLATE_ON_OOM: bigint = feature(2);
export const F_FREE_PAGE_HINT: bigint = feature(3);
export const F_PAGE_POISON: bigint = feature(4);
export const F_REPORTING: bigint = feature(5);

/** The protocol's page: 4 KiB whatever the guest's, and on x86-64 the guest's as well. */
export const BALLOON_PAGE_BYTES: number = FRAME_BYTES;
export const PFN_BYTES = 4;

/** Offsets in the config space; every field is a le32, legacy devices included. */
export const CONFIG_NUM_PAGES = 0;
export const CONFIG_ACTUAL = 4;
export const CONFIG_HINT_CMD_ID = 8;
export const CONFIG_POISON_VAL = 12;
export const CONFIG_BYTES = 16;

export const HINT_STOP = 0;
export const HINT_DONE = 1;

export type BalloonQueueRole = 'inflate' | 'deflate' | 'stats' | 'hinting' | 'reporting';

const ROLES: readonly BalloonQueueRole[] = ['inflate', 'deflate', 'stats', 'hinting', 'reporting'];

const ROLE_FEATURE: Readonly<Record<BalloonQueueRole, bigint>> = {
  inflate: 0n,
  deflate: 0n,
  stats: F_STATS_VQ,
  hinting: F_FREE_PAGE_HINT,
  reporting: F_REPORTING,
};

/**
 * Which queue has which role. 'dense' numbers only the queues that exist, as Linux, QEMU, Firecracker and
 * Cloud Hypervisor do; 'fixed' leaves gaps, as the specification says.
 */
export function queueRoles(
  numbering: 'dense' | 'fixed',
  features: bigint,
): (BalloonQueueRole | undefined)[] {
  const roles = ROLES.map((role) =>
    (features & ROLE_FEATURE[role]) === ROLE_FEATURE[role] ? role : undefined,
  );
  return numbering === 'fixed' ? roles : roles.filter((role) => role !== undefined);
}
