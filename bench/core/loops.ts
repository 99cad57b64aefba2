// The core with loops inside it: what allocation costs without a crossing from JavaScript a page. Compiled by the benches
// with the core's own options (bench/loops.ts). bench/baseline/ has the same three phases over other allocators:
// the same slots, draws and hash, line by line.
//
// AssemblyScript knows no functions as arguments that cost nothing, so a phase takes what it runs on as the size of a type:
// u8 the bare buddy of one zone, u32 the API of requests, u16 LLFree by whatever rules it was made.

import { GFP_HIGHUSER_MOVABLE } from '../../src/abi/gfp';
import { ZONE_NORMAL } from '../../src/abi/layout';
import { MIGRATE_MOVABLE } from '../../src/abi/migratetype';
import { NONE as NO_FRAME, THP_ORDER } from '../../src/abi/unit';
import { zoneAt } from '../../assembly/base/zone';
import { freePages } from '../../assembly/free';
import { freeOne, setPcpSizes, takeSmallest } from '../../assembly/kernel/allocator';
import { allocPages } from '../../assembly/kernel/request';
import { get, put } from '../../assembly/llfree/calls';
import { hasKinds } from '../../assembly/llfree/pool';

export { create as llfreeCreate } from '../../assembly/llfree/create';

/** In a slot: no block is held. */
const NONE: u32 = 0xffffffff;
const HASH_TURN = 7;
const SEED: u32 = 12345;

/** Frames held, a word each. */
let slots: usize = 0;
let state: u32 = SEED;

/** Where the slots lie: behind all of the guest. */
export function loopsSetup(base: usize): void {
  slots = base;
}

/** Per-cpu lists that keep nothing: each block goes through to the zone. */
export function loopsNoPcp(): void {
  setPcpSizes(ZONE_NORMAL, 0, 0, 1);
}

/** Movable pages; huge frames have a class of their own, but no kind that is asked for. */
function llfreeClass(order: u32): u32 {
  return order >= <u32>THP_ORDER && !hasKinds() ? 2 : 1;
}

function take<Over>(order: u32): u32 {
  if (sizeof<Over>() == 2) return get(order, llfreeClass(order), 0, NO_FRAME);
  if (sizeof<Over>() == 1) return takeSmallest(zoneAt(ZONE_NORMAL), order, MIGRATE_MOVABLE);
  return allocPages(GFP_HIGHUSER_MOVABLE, order, 0, 0);
}

function give<Over>(pfn: u32, order: u32): void {
  if (sizeof<Over>() == 1) freeOne(zoneAt(ZONE_NORMAL), pfn, order, MIGRATE_MOVABLE, 0);
  else if (sizeof<Over>() == 2) put(pfn, order, llfreeClass(order), 0);
  else freePages(pfn, order, 0);
}

/** A number below `limit`: xorshift32. */
function draw(limit: u32): u32 {
  let x = state;
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  state = x;
  return <u32>((<u64>x * limit) >> 32);
}

function fill<Over>(blocks: u32, order: u32, hash: u32): u32 {
  for (let at: u32 = 0; at < blocks; at++) {
    const pfn = take<Over>(order);
    store<u32>(slots + ((<usize>at) << 2), pfn);
    hash = rotl<u32>(hash, HASH_TURN) ^ pfn;
  }
  return hash;
}

function empty<Over>(blocks: u32, order: u32): void {
  for (let at = blocks; at-- > 0;) {
    const pfn = load<u32>(slots + ((<usize>at) << 2));
    if (pfn != NONE) give<Over>(pfn, order);
  }
}

/** Takes so many blocks and gives them back, the last first. */
function bulk<Over>(blocks: u32, order: u32, rounds: u32): u32 {
  let hash: u32 = 0;
  for (let round: u32 = 0; round < rounds; round++) {
    hash = fill<Over>(blocks, order, hash);
    empty<Over>(blocks, order);
  }
  return hash;
}

/** Takes one block and gives it back, again and again. */
function warm<Over>(order: u32, pairs: u32): u32 {
  let hash: u32 = 0;
  for (let pair: u32 = 0; pair < pairs; pair++) {
    const pfn = take<Over>(order);
    hash = rotl<u32>(hash, HASH_TURN) ^ pfn;
    give<Over>(pfn, order);
  }
  return hash;
}

/** Draws a slot, again and again: gives the block back that it holds, or takes one for it. About half of them hold one. */
function random<Over>(blocks: u32, order: u32, steps: u32): u32 {
  let hash: u32 = 0;
  state = SEED;
  for (let step: u32 = 0; step < steps; step++) {
    const slot = slots + ((<usize>draw(blocks)) << 2);
    const held = load<u32>(slot);
    if (held == NONE) {
      const pfn = take<Over>(order);
      store<u32>(slot, pfn);
      hash = rotl<u32>(hash, HASH_TURN) ^ pfn;
    } else {
      give<Over>(held, order);
      store<u32>(slot, NONE);
    }
  }
  return hash;
}

export function buddyFill(blocks: u32, order: u32): u32 {
  return fill<u8>(blocks, order, 0);
}

export function buddyEmpty(blocks: u32, order: u32): void {
  empty<u8>(blocks, order);
}

export function buddyBulk(blocks: u32, order: u32, rounds: u32): u32 {
  return bulk<u8>(blocks, order, rounds);
}

export function buddyWarm(order: u32, pairs: u32): u32 {
  return warm<u8>(order, pairs);
}

export function buddyRandom(blocks: u32, order: u32, steps: u32): u32 {
  return random<u8>(blocks, order, steps);
}

export function requestFill(blocks: u32, order: u32): u32 {
  return fill<u32>(blocks, order, 0);
}

export function requestEmpty(blocks: u32, order: u32): void {
  empty<u32>(blocks, order);
}

export function requestBulk(blocks: u32, order: u32, rounds: u32): u32 {
  return bulk<u32>(blocks, order, rounds);
}

export function requestWarm(order: u32, pairs: u32): u32 {
  return warm<u32>(order, pairs);
}

export function requestRandom(blocks: u32, order: u32, steps: u32): u32 {
  return random<u32>(blocks, order, steps);
}

export function llfreeFill(blocks: u32, order: u32): u32 {
  return fill<u16>(blocks, order, 0);
}

export function llfreeEmpty(blocks: u32, order: u32): void {
  empty<u16>(blocks, order);
}

export function llfreeBulk(blocks: u32, order: u32, rounds: u32): u32 {
  return bulk<u16>(blocks, order, rounds);
}

export function llfreeWarm(order: u32, pairs: u32): u32 {
  return warm<u16>(order, pairs);
}

export function llfreeRandom(blocks: u32, order: u32, steps: u32): u32 {
  return random<u16>(blocks, order, steps);
}
