/**
 * What the virtio room needs of a guest's memory: bytes at guest-physical addresses. Not a store; the
 * VMM has the sparse one.
 *
 * Addresses are JavaScript numbers. Memory always lies below 2^53, so an address read from the guest
 * that is too large to be exact is out of bounds in any case.
 */

/** Guest memory as bytes, little-endian helpers included. No method throws, whatever the address. */
export interface GuestBytes {
  /** One past the highest address that is memory. There may be holes below it. */
  readonly sizeBytes: number;
  /** Is every byte of the range memory? A range of length 0 is when its address is. */
  contains(addr: number, lengthBytes: number): boolean;
  /** The bytes, possibly a view that the next write changes; undefined when out of bounds. */
  read(addr: number, lengthBytes: number): Uint8Array | undefined;
  /** Writes all or nothing; false when out of bounds. */
  write(addr: number, bytes: Uint8Array): boolean;
  readU16(addr: number): number | undefined;
  readU32(addr: number): number | undefined;
  /** The nearest double when the value is 2^53 or more. */
  readU64(addr: number): number | undefined;
  writeU16(addr: number, value: number): boolean;
  writeU32(addr: number, value: number): boolean;
  writeU64(addr: number, value: number): boolean;
}

/** Where a driver half takes memory for its rings and message buffers: unmovable kernel memory. */
export interface DriverMemory {
  readonly memory: GuestBytes;
  /** Zeroed memory, aligned; undefined when the guest has none. */
  alloc(lengthBytes: number, alignBytes: number): number | undefined;
  free(addr: number, lengthBytes: number): void;
}
