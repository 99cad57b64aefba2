// The begin of a container's call in one crossing. A warm call finds its files and its heap where the
// last one left them, which the memos know, and only its temporary memory comes and goes.

import { STAT_TOUCHED_PAGES } from '../../src/abi/stat';
import { STATUS_BAD_ARGUMENT, STATUS_NOT_RESIDENT } from '../../src/abi/status';
import { memoSkip } from '../base/memo';
import { count } from '../base/stats';
import { isObject } from '../object/table';
import { objectTouch } from '../object/touch';
import { noteZone } from './zone-digest';

/** Whether the memo of an object knows that a touch of [start, start + pages) changes nothing. */
@inline
function isInPlace(id: u32, start: u32, pages: u32, write: bool): bool {
  const end = start + pages;
  return memoSkip(id, start, end, write) == end;
}

/** Whether a call finds in place all that is there before it; both are objects. */
export function isResident(
  file: u32,
  filePages: u32,
  heap: u32,
  writePages: u32,
  readPages: u32,
): bool {
  return (
    isInPlace(file, 0, filePages, false) &&
    isInPlace(heap, 0, writePages, true) &&
    isInPlace(heap, writePages, readPages, false)
  );
}

/**
 * A call begins: reads pages [0, filePages) of its file, writes [0, writePages) of its heap and reads `readPages` behind
 * those, then writes temporary memory, pages [temporary, temporary + temporaryPages) of the heap's object. Frames that
 * came in for the last, or a status: STATUS_NOT_RESIDENT when pages of the first three must be looked at, and nothing was
 * done; else as a touch of the temporary memory left it (stopTouch), all before it done.
 */
export function callBegin(
  file: u32,
  filePages: u32,
  heap: u32,
  writePages: u32,
  readPages: u32,
  temporary: u32,
  temporaryPages: u32,
  cpu: u32,
): i32 {
  if (!isObject(file) || !isObject(heap)) return STATUS_BAD_ARGUMENT;
  if (!isResident(file, filePages, heap, writePages, readPages)) return STATUS_NOT_RESIDENT;
  noteZone(heap);
  count(STAT_TOUCHED_PAGES, filePages + writePages + readPages);
  return objectTouch(heap, temporary, temporaryPages, 1, cpu);
}
