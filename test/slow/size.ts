// Slow tests have two sizes: the small one is part of `npm test`, the full one is run with GUESTMEM_SLOW=1.

const isFull = process.env['GUESTMEM_SLOW'] === '1';

/** The value for the size that was asked for. */
export function sized<T>(small: T, full: T): T {
  return isFull ? full : small;
}
