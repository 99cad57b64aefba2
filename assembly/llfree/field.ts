// The bit field of one huge frame: one bit a frame, set when the frame is allocated, in eight rows of 64.

import { LLFREE_LINE_BYTES, LLFREE_ROW_SHIFT } from '../../src/abi/llfree';
import { NONE, PAGEBLOCK_FRAMES } from '../../src/abi/unit';
import { pool } from './pool';

const ROWS: u32 = PAGEBLOCK_FRAMES >> LLFREE_ROW_SHIFT;
const ROW_BYTES: usize = 8;

/** The eight rows of a huge frame. */
@inline
export function fieldOf(huge: u32): usize {
  return <usize>pool.fields + <usize>huge * LLFREE_LINE_BYTES;
}

/** The lowest bit of each aligned run of 2^order bits, for orders 0 to 6. */
function runStarts(order: u32): u64 {
  switch (order) {
    case 0:
      return u64.MAX_VALUE;
    case 1:
      return 0x5555555555555555;
    case 2:
      return 0x1111111111111111;
    case 3:
      return 0x0101010101010101;
    case 4:
      return 0x0001000100010001;
    case 5:
      return 0x0000000100000001;
    default:
      return 1;
  }
}

/** 2^order ones, for orders 0 to 6. */
@inline
function ones(order: u32): u64 {
  return order == LLFREE_ROW_SHIFT ? u64.MAX_VALUE : ((<u64>1) << (1 << order)) - 1;
}

/** Takes the lowest free aligned run of a row, rows in a circle from `first`. The frame's place in the field, or NONE. */
function takeInRow(field: usize, first: u32, order: u32): u32 {
  const starts = runStarts(order);
  for (let k: u32 = 0; k < ROWS; k++) {
    const row = (first + k) & (ROWS - 1);
    const at = field + <usize>row * ROW_BYTES;
    const bits = load<u64>(at);
    let free = ~bits;
    for (let step: u32 = 0; step < order; step++) free &= free >> (1 << step);
    free &= starts;
    if (free == 0) continue;
    const bit = <u32>ctz<u64>(free);
    store<u64>(at, bits | (ones(order) << bit));
    return (row << LLFREE_ROW_SHIFT) + bit;
  }
  return NONE;
}

/** The same for runs of whole rows: groups in a circle from the one in which the row `first` lies. */
function takeRows(field: usize, first: u32, order: u32): u32 {
  const shift = order - LLFREE_ROW_SHIFT;
  const rows: u32 = 1 << shift;
  const groups = ROWS >> shift;
  for (let k: u32 = 0; k < groups; k++) {
    const row = (((first >> shift) + k) & (groups - 1)) << shift;
    if (!rowsAre(field, row, rows, 0)) continue;
    fillRows(field, row, rows, u64.MAX_VALUE);
    return row << LLFREE_ROW_SHIFT;
  }
  return NONE;
}

function rowsAre(field: usize, row: u32, rows: u32, bits: u64): bool {
  const at = field + <usize>row * ROW_BYTES;
  for (let k: u32 = 0; k < rows; k++) {
    if (load<u64>(at + <usize>k * ROW_BYTES) != bits) return false;
  }
  return true;
}

function fillRows(field: usize, row: u32, rows: u32, bits: u64): void {
  const at = field + <usize>row * ROW_BYTES;
  for (let k: u32 = 0; k < rows; k++) store<u64>(at + <usize>k * ROW_BYTES, bits);
}

/** Takes 2^order frames of a huge frame, order 0 to 8, searching from a row. Their place in the field, or NONE. */
export function takeBits(huge: u32, first: u32, order: u32): u32 {
  const field = fieldOf(huge);
  return order <= <u32>LLFREE_ROW_SHIFT
    ? takeInRow(field, first, order)
    : takeRows(field, first, order);
}

/** Changes all 2^order bits at a frame to `taken`, or none of them: false if one had that value already. */
export function changeBits(frame: u32, order: u32, taken: bool): bool {
  const field = fieldOf(frame / PAGEBLOCK_FRAMES);
  const place = frame & (PAGEBLOCK_FRAMES - 1);
  const row = place >> LLFREE_ROW_SHIFT;
  if (order >= <u32>LLFREE_ROW_SHIFT) {
    const rows: u32 = 1 << (order - LLFREE_ROW_SHIFT);
    if (!rowsAre(field, row, rows, taken ? 0 : u64.MAX_VALUE)) return false;
    fillRows(field, row, rows, taken ? u64.MAX_VALUE : 0);
    return true;
  }
  const at = field + <usize>row * ROW_BYTES;
  const bits = load<u64>(at);
  const mask = ones(order) << (place & (<u32>(1 << LLFREE_ROW_SHIFT) - 1));
  if ((bits & mask) != (taken ? 0 : mask)) return false;
  store<u64>(at, bits ^ mask);
  return true;
}

/** The whole field allocated, but for the first `free` frames. */
export function fillField(huge: u32, free: u32): void {
  const field = fieldOf(huge);
  for (let row: u32 = 0; row < ROWS; row++) {
    const before = row << LLFREE_ROW_SHIFT;
    let bits = u64.MAX_VALUE;
    if (free >= before + (1 << LLFREE_ROW_SHIFT)) bits = 0;
    else if (free > before) bits <<= free - before;
    store<u64>(field + <usize>row * ROW_BYTES, bits);
  }
}
