// What a frame is used for, as a map shows it: a code a frame or a cell. Codes from USE_OWNER on are containers.

/** No memory: a hole, or room for memory that is not there. */
export const USE_NONE = 0;
/** Not plugged, or given back to the host by unplugging. */
export const USE_OFFLINE = 1;
/** A block of the CZones' region that is memory, in no zone. */
export const USE_POOL = 2;
export const USE_FREE = 3;
/** Free, on a list of one CPU. */
export const USE_PER_CPU = 4;
/** Off the free lists for a moment. */
export const USE_ISOLATED = 5;
export const USE_BALLOON = 6;
/** Kernel image and memmap. */
export const USE_IMAGE = 7;
export const USE_KERNEL = 8;
export const USE_TABLES = 9;
export const USE_FILE = 10;
/** Processes of the system itself. */
export const USE_SYSTEM = 11;
/** Movable; whose is not known. */
export const USE_MOVABLE = 12;
/** The first container; the others follow. */
export const USE_OWNER = 13;
/** A cell's code is a byte. */
export const USES_MOST = 256;

/** The codes below USE_OWNER in words. */
export const USE_NAMES: readonly string[] = [
  'no memory',
  'offline',
  'CZone pool',
  'free',
  'per-CPU list',
  'isolated',
  'balloon',
  'kernel image, memmap',
  'kernel',
  'page tables',
  'file',
  'system',
  'movable',
];

/** Whether frames of this use are memory that somebody has: not free, not absent. */
export function isTaken(use: number): boolean {
  return use >= USE_BALLOON;
}
