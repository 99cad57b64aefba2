/** Numbers of the virtio specification that belong to no single device (spec 2.1, 2.2, 2.7, 4.2). */

export const STATUS_ACKNOWLEDGE = 1;
export const STATUS_DRIVER = 2;
export const STATUS_DRIVER_OK = 4;
export const STATUS_FEATURES_OK = 8;
export const STATUS_NEEDS_RESET = 64;
export const STATUS_FAILED = 128;

/** Features are 64-bit masks, held as bigint because bits above 31 matter. */
export const feature = (bit: number): bigint => 1n << BigInt(bit);
export const F_INDIRECT_DESC: bigint = feature(28);
export const F_EVENT_IDX: bigint = feature(29);
export const F_VERSION_1: bigint = feature(32);
export const F_ACCESS_PLATFORM: bigint = feature(33);

export const QUEUE_SIZE_LIMIT = 32768;
export const DESC_BYTES = 16;
export const DESC_NEXT = 1;
export const DESC_WRITE = 2;
export const DESC_INDIRECT = 4;
export const AVAIL_NO_INTERRUPT = 1;
export const USED_NO_NOTIFY = 1;

export const INTERRUPT_USED = 1;
export const INTERRUPT_CONFIG = 2;

export const DEVICE_ID_BALLOON = 5;
export const DEVICE_ID_MEM = 24;
