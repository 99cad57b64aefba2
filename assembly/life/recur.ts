// Calls that recur: begun and ended with nothing in between, such a call leaves the guest as it was, so the next one will
// do the same and need not be carried out when it is asked for. The host counts them and has them carried out all at
// once, before anything else looks at the guest (src/serverless/calls.ts).
//
// A container in a CZone takes the run of frames that it gave back, and the zone is the same to the last byte. One in the
// kernel's zones takes frames off a per-cpu list, where they end up in turned order: two calls are none. One that takes no
// frames does not ask how the lists are: no worker has a turn for it.

import { STATS_BASE, STATS_MAX } from '../../src/abi/layout';
import { STATUS_BAD_ARGUMENT, STATUS_BAD_STATE } from '../../src/abi/status';
import { countBits } from '../base/bitmap';
import { NIL, linkNext } from '../base/frame';
import { REPORT_NOBODY, backedBase, guest, templateBase } from '../base/guest';
import { listRun, runLast } from '../base/list';
import { WORK_COUNTS, WORK_COUNTS_BYTES } from '../base/work';
import { listsAtRest, recurringFrames } from '../kernel/allocator';
import { objectTruncate } from '../object/drop';
import { OBJECT_ENTANGLED, isObject, objectAt } from '../object/table';
import { callBegin, isResident } from './call';
import { isZoneAsNoted } from './zone-digest';

if (STATS_MAX * 8 > WORK_COUNTS_BYTES) ERROR('the counters outgrew their room');

/** Whether the kernel's workers or the host's books wait for what is asked of them. */
function isAsked(): bool {
  return guest.kswapdWake != 0 || guest.moves != 0;
}

/** Nothing will be asked of the host or the kernel's workers by pages that come and go. */
function isQuiet(): bool {
  return guest.backingShift == 0 && guest.reportOrder == REPORT_NOBODY && listsAtRest();
}

/** Whether frames from the first on, along their list, are private host memory. */
function arePrivate(first: u32, frames: u32): bool {
  let pfn = first;
  for (let left = frames; left > 0;) {
    const run = listRun(pfn, left);
    const last = runLast(pfn, run);
    const count = <u32>abs(run);
    const lowest = min(pfn, last);
    if (countBits(backedBase, lowest, count) != count) return false;
    if (countBits(templateBase, lowest, count) != 0) return false;
    left -= count;
    pfn = linkNext(last);
  }
  return true;
}

/** Whether the temporary memory of a heap's next call comes from where this one's went. */
function recursFrames(heap: u32, pages: u32, cpu: u32): bool {
  const object = objectAt(heap);
  if ((object.flags & OBJECT_ENTANGLED) != 0) return false;
  if (object.zone != NIL) return isZoneAsNoted(heap);
  const first = recurringFrames(object.gfp, pages, cpu);
  return first != NIL && arePrivate(first, pages);
}

/** After the end of a call that met nothing: 1 if the same call again would leave everything as it is. */
export function callRecurs(
  file: u32,
  filePages: u32,
  heap: u32,
  writePages: u32,
  readPages: u32,
  temporaryPages: u32,
  cpu: u32,
): i32 {
  if (!isObject(file) || !isObject(heap) || cpu >= guest.cpus) return STATUS_BAD_ARGUMENT;
  if (!isResident(file, filePages, heap, writePages, readPages) || isAsked()) return 0;
  if (temporaryPages == 0) return 1;
  return isQuiet() && recursFrames(heap, temporaryPages, cpu) ? 1 : 0;
}

/** Adds to each counter what it rose by since it was put aside, so many times. */
function repeatCounts(times: u32): void {
  if (times == 0) return;
  for (let stat: usize = 0; stat < <usize>STATS_MAX; stat++) {
    const at = <usize>STATS_BASE + (stat << 3);
    const now = load<f64>(at);
    const rise = now - load<f64>(<usize>WORK_COUNTS + (stat << 3));
    if (rise != 0) store<f64>(at, now + rise * <f64>times);
  }
}

/**
 * Carries out so many calls that recur, as far as more of them would change anything but counters: one, in the kernel's zones
 * two of an even number. Zero, or STATUS_BAD_STATE when the call did not recur.
 */
export function callRepeat(
  times: u32,
  file: u32,
  filePages: u32,
  heap: u32,
  writePages: u32,
  readPages: u32,
  temporary: u32,
  temporaryPages: u32,
  cpu: u32,
): i32 {
  if (!isObject(heap)) return STATUS_BAD_ARGUMENT;
  const turns = objectAt(heap).zone == NIL;
  const rounds: u32 = turns && (times & 1) == 0 ? 2 : 1;
  const backed = guest.backedCount;
  const shared = guest.sharedCount;
  memory.copy(WORK_COUNTS, STATS_BASE, STATS_MAX * 8);
  for (let round: u32 = 0; round < rounds; round++) {
    const came = callBegin(
      file,
      filePages,
      heap,
      writePages,
      readPages,
      temporary,
      temporaryPages,
      cpu,
    );
    if (came != <i32>temporaryPages) return STATUS_BAD_STATE;
    const freed = objectTruncate(heap, temporary, temporaryPages, cpu);
    if (freed != <i32>temporaryPages) return STATUS_BAD_STATE;
  }
  if (guest.backedCount != backed || guest.sharedCount != shared) return STATUS_BAD_STATE;
  if (guest.kswapdWake != 0) return STATUS_BAD_STATE;
  repeatCounts((times - rounds) / rounds);
  return 0;
}
