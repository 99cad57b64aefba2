/**
 * Wire constants of Faascale's device (virtio_faascale_mem of Kingdo777/linux-5.10-faascale and firecracker-faascale): a queue of
 * ranges to populate, one of ranges to depopulate. Its statistics queue is left out.
 */

import { F_EVENT_IDX, F_INDIRECT_DESC, F_VERSION_1 } from '../constants.ts';

/** Experimental device numbers start at 65535 and go down (virtio specification, appendix B.3). */
export const DEVICE_ID_FAASCALE = 65533;

export const FEATURES: bigint = F_VERSION_1 | F_INDIRECT_DESC | F_EVENT_IDX;

export const QUEUE_POPULATE = 0;
export const QUEUE_DEPOPULATE = 1;
export const QUEUES = 2;
export const QUEUE_SIZE = 256;

/** Ranges in one message, at most. */
export const RANGES_MAX = 128;
