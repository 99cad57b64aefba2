// Bitmaps of one bit a frame: host-backed, template (still the shared copy), reported.

@inline
export function testBit(base: usize, index: u32): bool {
  return ((load<u32>(base + (((<usize>index) >> 5) << 2)) >> (index & 31)) & 1) != 0;
}


@inline
export function setBit(base: usize, index: u32): void {
  const at = base + (((<usize>index) >> 5) << 2);
  store<u32>(at, load<u32>(at) | (1 << (index & 31)));
}


@inline
export function clearBit(base: usize, index: u32): void {
  const at = base + (((<usize>index) >> 5) << 2);
  store<u32>(at, load<u32>(at) & ~(1 << (index & 31)));
}

/** Bits set in [start, start + count). */
export function countBits(base: usize, start: u32, count: u32): u32 {
  let total: u32 = 0;
  let at = start;
  const end = start + count;
  while (at < end && (at & 63) != 0) total += <u32>testBit(base, at++);
  while (at + 64 <= end) {
    total += <u32>popcnt<u64>(load<u64>(base + ((<usize>at) >> 3)));
    at += 64;
  }
  while (at < end) total += <u32>testBit(base, at++);
  return total;
}

/** Whether any bit is set in an aligned range of 2^order. */
export function anyBit(base: usize, start: u32, order: u32): bool {
  if (order < 6) {
    const word = load<u64>(base + ((<usize>(start >> 6)) << 3)) >> (start & 63);
    return (word & (((<u64>1) << (1 << order)) - 1)) != 0;
  }
  const end = start + (1 << order);
  for (let at = start; at < end; at += 64) {
    if (load<u64>(base + ((<usize>at) >> 3)) != 0) return true;
  }
  return false;
}

/** Bits set in an aligned range of 2^order. */
export function countOrder(base: usize, start: u32, order: u32): u32 {
  if (order < 6) {
    const word = load<u64>(base + ((<usize>(start >> 6)) << 3)) >> (start & 63);
    return <u32>popcnt<u64>(word & (((<u64>1) << (1 << order)) - 1));
  }
  let total: u32 = 0;
  const end = start + (1 << order);
  for (let at = start; at < end; at += 64) {
    total += <u32>popcnt<u64>(load<u64>(base + ((<usize>at) >> 3)));
  }
  return total;
}

/** Bits set in both maps in [start, start + count). */
export function countBothBits(left: usize, right: usize, start: u32, count: u32): u32 {
  let total: u32 = 0;
  let at = start;
  const end = start + count;
  while (at < end && (at & 63) != 0) {
    total += <u32>(testBit(left, at) && testBit(right, at));
    at++;
  }
  while (at + 64 <= end) {
    const byte = (<usize>at) >> 3;
    total += <u32>popcnt<u64>(load<u64>(left + byte) & load<u64>(right + byte));
    at += 64;
  }
  while (at < end) {
    total += <u32>(testBit(left, at) && testBit(right, at));
    at++;
  }
  return total;
}

/** Sets or clears [start, start + count). */
export function fillBits(base: usize, start: u32, count: u32, on: bool): void {
  let at = start;
  const end = start + count;
  while (at < end && (at & 7) != 0) {
    if (on) setBit(base, at);
    else clearBit(base, at);
    at++;
  }
  const bytes = (end - at) >> 3;
  if (at < end && bytes > 0) {
    memory.fill(base + ((<usize>at) >> 3), on ? 0xff : 0, bytes);
    at += bytes << 3;
  }
  while (at < end) {
    if (on) setBit(base, at);
    else clearBit(base, at);
    at++;
  }
}
