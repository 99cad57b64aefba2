// The ring: the host writes commands, run() carries them out one after the other and leaves each result in place.
//
//  command  [ opcode | a | b | c | d | e | f | result ]     8 x u32

import { COMMAND_ARGUMENTS_OFFSET, COMMAND_BYTES, COMMAND_RESULT_OFFSET } from '../src/abi/layout';
import {
  OP_ALLOC_PAGES,
  OP_DRAIN_ALL,
  OP_FREE_PAGES,
  OP_OBJECT_CREATE,
  OP_OBJECT_DESTROY,
  OP_OBJECT_FORK,
  OP_OBJECT_TOUCH,
  OP_OBJECT_TRUNCATE,
  OP_PCP_DECAY,
  OP_RELEASE_RANGE,
  OP_TOUCH_RANGE,
} from '../src/abi/opcode';
import { STATUS_BAD_ARGUMENT, STATUS_NEED_RECLAIM } from '../src/abi/status';
import { guest } from './base/guest';
import { freePages } from './free';
import { releaseRange, touchRange } from './host/backing';
import { decay, drainAll } from './kernel/percpu';
import { allocPages } from './kernel/request';
import { objectCreate } from './object/create';
import { objectDestroy, objectTruncate } from './object/drop';
import { objectFork } from './object/fork';
import { objectTouch } from './object/touch';

if (COMMAND_ARGUMENTS_OFFSET != 4) ERROR('operands follow the opcode');

function execute(at: usize): i32 {
  const a = load<u32>(at, 4);
  const b = load<u32>(at, 8);
  const c = load<u32>(at, 12);
  const d = load<u32>(at, 16);
  const e = load<u32>(at, 20);
  switch (load<u32>(at)) {
    case OP_ALLOC_PAGES:
      return allocPages(a, b, c, d);
    case OP_FREE_PAGES:
      return freePages(a, b, c);
    case OP_OBJECT_TOUCH:
      return objectTouch(a, b, c, d, e);
    case OP_OBJECT_TRUNCATE:
      return objectTruncate(a, b, c, d);
    case OP_OBJECT_CREATE:
      return objectCreate(a, b, c, d);
    case OP_OBJECT_DESTROY:
      return objectDestroy(a, b);
    case OP_OBJECT_FORK:
      return objectFork(a, b, c, d);
    case OP_TOUCH_RANGE:
      return touchRange(a, b, c);
    case OP_RELEASE_RANGE:
      return releaseRange(a, b);
    case OP_PCP_DECAY:
      return decay(a, b);
    case OP_DRAIN_ALL:
      drainAll();
      return 0;
    default:
      return STATUS_BAD_ARGUMENT;
  }
}

/**
 * Carries out commands [first, first + commands) of the ring. Returns how many were done: fewer than asked when one needs
 * the guest to reclaim memory first (its result says so; run from it again).
 */
export function run(first: u32, commands: u32): i32 {
  if (first > guest.ringCapacity || commands > guest.ringCapacity - first) {
    return STATUS_BAD_ARGUMENT;
  }
  for (let done: u32 = 0; done < commands; done++) {
    const at = <usize>guest.ring + (first + done) * COMMAND_BYTES;
    const result = execute(at);
    store<i32>(at, result, COMMAND_RESULT_OFFSET);
    if (result == STATUS_NEED_RECLAIM) return done;
  }
  return commands;
}
