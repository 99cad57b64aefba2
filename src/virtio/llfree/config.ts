/**
 * Wire constants of HyperAlloc's device. What its messages say is the artifact's (virtio_llfree_balloon); where the fields lie in
 * them is ours, for that is written down nowhere. Addresses of the tables are left out: they lie in the guest's core.
 */

import { F_EVENT_IDX, F_INDIRECT_DESC, F_VERSION_1 } from '../constants.ts';

/** Experimental device numbers start at 65535 and go down (virtio specification, appendix B.3). */
export const DEVICE_ID_LLFREE = 65534;

export const FEATURES: bigint = F_VERSION_1 | F_INDIRECT_DESC | F_EVENT_IDX;

/** Zones are told on the first queue; behind it each virtual CPU has one for its installs, a request at a time. */
export const QUEUE_ZONES = 0;
export const QUEUE_INSTALL = 1;
export const ZONES_QUEUE_SIZE = 4;
export const INSTALL_QUEUE_SIZE = 1;

/** Config space: le32, how many queues for installs there are. */
export const CONFIG_CPUS = 0;
export const CONFIG_BYTES = 4;
