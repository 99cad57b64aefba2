// What tells one state of a CZone from another: a digest of its struct, which has the ends of all its lists. Taken when a
// call of a container in it begins, and kept with the memo of the container's heap.

import { ZONE_STRIDE } from '../../src/abi/layout';
import { NIL } from '../base/frame';
import { memoDigest, memoNoteDigest } from '../base/memo';
import { zoneAt } from '../base/zone';
import { objectAt } from '../object/table';

const SEED: u64 = 0xcbf29ce484222325;
const FACTOR: u64 = 0x9e3779b97f4a7c15;
if (ZONE_STRIDE % 32 != 0) ERROR('a digest takes a zone by four words of eight bytes');


@inline
function mix(hash: u64, word: u64): u64 {
  const mixed = (hash ^ word) * FACTOR;
  return mixed ^ (mixed >> 29);
}

/** Four chains, so that one multiplication need not wait for another. */
function digestOf(zone: u32): u64 {
  const start = changetype<usize>(zoneAt(zone));
  let first = SEED;
  let second = SEED;
  let third = SEED;
  let fourth = SEED;
  for (let at = start; at < start + ZONE_STRIDE; at += 32) {
    first = mix(first, load<u64>(at));
    second = mix(second, load<u64>(at, 8));
    third = mix(third, load<u64>(at, 16));
    fourth = mix(fourth, load<u64>(at, 24));
  }
  return mix(mix(first, second), mix(third, fourth));
}

/** A call begins in the zone of this heap, if it has one. */
export function noteZone(heap: u32): void {
  const zone = objectAt(heap).zone;
  if (zone != NIL) memoNoteDigest(heap, digestOf(zone));
}

/** Whether the zone is as it was when the last call began. */
export function isZoneAsNoted(heap: u32): bool {
  return digestOf(objectAt(heap).zone) == memoDigest(heap);
}
