// fork: a copy-on-write copy of an anonymous object, leaf by leaf. What a write does to the copy is in share.

import { MAP_COUNT_MAX, NODE_ENTRIES, OBJECT_ANON, RECORD_OBJECT_BITS } from '../../src/abi/layout';
import { STAT_FORKED_PAGES } from '../../src/abi/stat';
import {
  STATUS_BAD_ARGUMENT,
  STATUS_TABLE_FULL,
  STATUS_TOO_MANY_SHARERS,
} from '../../src/abi/status';
import { NIL } from '../base/frame';
import { guest, recordsBase } from '../base/guest';
import { memoForget } from '../base/memo';
import { count } from '../base/stats';
import { objectCreate } from './create';
import { objectDestroy } from './drop';
import { countForeignRun } from './foreign';
import {
  MemoryObject,
  OBJECT_ENTANGLED,
  PFN_MASK,
  WRITE_PROTECTED,
  entryRun,
  isObject,
  leafMake,
  leafOf,
  nodeAt,
  objectAt,
} from './table';

/** Entries of a run have one mapping more, and are write-protected in both tables. How many: all, up to the first that has too many. */
@inline
function shareRun(from: usize, to: usize, frames: u32): u32 {
  const entry = load<u32>(from) | WRITE_PROTECTED;
  const records = recordsBase + ((<usize>((entry & PFN_MASK) - 1)) << 3);
  for (let at: u32 = 0; at < frames; at++) {
    const record = records + ((<usize>at) << 3);
    const word = load<u32>(record);
    if (word >> RECORD_OBJECT_BITS == MAP_COUNT_MAX) return at;
    store<u32>(record, word + (1 << RECORD_OBJECT_BITS));
    store<u32>(from + ((<usize>at) << 2), entry + at);
    store<u32>(to + ((<usize>at) << 2), entry + at);
  }
  return frames;
}

/** Copies one leaf of the parent to the child, marking both sides write-protected. 0 or a status. */
function forkLeaf(child: MemoryObject, source: u32, target: u32): i32 {
  const from = nodeAt(source);
  const to = nodeAt(target);
  const zoned = guest.czoneBlockFrames != 0;
  for (let index: u32 = 0; index < <u32>NODE_ENTRIES;) {
    const at = (<usize>index) << 2;
    const entry = load<u32>(from + at);
    if (entry == 0) {
      index++;
      continue;
    }
    const run = entryRun(from + at, NODE_ENTRIES - index);
    const shared = shareRun(from + at, to + at, run);
    if (zoned) countForeignRun(child, (entry & PFN_MASK) - 1, shared, 1);
    child.pages += shared;
    if (shared < run) return STATUS_TOO_MANY_SHARERS;
    index += run;
  }
  return 0;
}


@inline
function joinKin(id: u32, made: u32): void {
  const parent = objectAt(id);
  const child = objectAt(made);
  child.nextKin = parent.nextKin;
  child.prevKin = id;
  objectAt(parent.nextKin).prevKin = made;
  parent.nextKin = made;
  parent.flags |= OBJECT_ENTANGLED;
  child.flags |= OBJECT_ENTANGLED;
}

/** Makes a copy-on-write copy of an anonymous object whose new pages come from `zone`. Child id or a status. */
export function objectFork(id: u32, zone: u32, tag: u32, cpu: u32): i32 {
  if (!isObject(id) || objectAt(id).kind != OBJECT_ANON || cpu >= guest.cpus) {
    return STATUS_BAD_ARGUMENT;
  }
  const made = objectCreate(OBJECT_ANON, zone, objectAt(id).gfp, tag);
  if (made < 0) return made;
  const parent = objectAt(id);
  const child = objectAt(made);
  joinKin(id, made);
  memoForget(id);
  child.entries = parent.entries;
  let status: i32 = 0;
  for (let index: u32 = 0; index < parent.entries && status >= 0; index += NODE_ENTRIES) {
    const source = leafOf(parent, index);
    if (source == NIL) continue;
    const target = leafMake(child, index);
    status = target == NIL ? STATUS_TABLE_FULL : forkLeaf(child, source, target);
  }
  if (status < 0) {
    objectDestroy(made, cpu);
    return status;
  }
  count(STAT_FORKED_PAGES, child.pages);
  return made;
}
