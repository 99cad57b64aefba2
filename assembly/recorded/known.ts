// Whether a command of a recording can be carried out: what it names is there.

import { KERNEL_ZONES } from '../../src/abi/layout';
import { MIGRATE_ISOLATE, MIGRATE_PCPTYPES } from '../../src/abi/migratetype';
import {
  PROGRAM_BULK,
  PROGRAM_CAPTURE,
  PROGRAM_CPUS_MAX,
  PROGRAM_DRAIN,
  PROGRAM_FREE,
  PROGRAM_POP,
  PROGRAM_PUT_BACK,
  PROGRAM_REFILL,
  PROGRAM_RELEASE,
  PROGRAM_REQUEST,
  PROGRAM_REQUEST_BULK,
  PROGRAM_SCAN_BEGIN,
  PROGRAM_SCAN_HOLD,
  PROGRAM_SCAN_RETURN,
  PROGRAM_TAKE,
  PROGRAM_TAKE_FREE,
} from '../../src/abi/program';
import { ORDER_MAX } from '../../src/abi/unit';
import { guest, spanFrames } from '../base/guest';
import { blockZone } from '../base/pageblock';
import { Command } from './command';

/** Whether a command names a block that leaves a list or comes to one. */
function namesBlock(op: u32): bool {
  switch (op) {
    case PROGRAM_POP:
    case PROGRAM_REFILL:
    case PROGRAM_TAKE:
    case PROGRAM_FREE:
    case PROGRAM_DRAIN:
    case PROGRAM_REQUEST:
    case PROGRAM_RELEASE:
    case PROGRAM_CAPTURE:
    case PROGRAM_SCAN_RETURN:
    case PROGRAM_SCAN_HOLD:
    case PROGRAM_TAKE_FREE:
    case PROGRAM_PUT_BACK:
      return true;
    default:
      return false;
  }
}

/** Whether requests have lists of the command's type: its per-cpu list, or the buddy's. */
function hasLists(command: Command, op: u32): bool {
  if (op == PROGRAM_TAKE) return command.type < <u32>MIGRATE_ISOLATE;
  return (op != PROGRAM_POP && op != PROGRAM_REFILL) || command.type < <u32>MIGRATE_PCPTYPES;
}

/**
 * Whether the command's block lies whole in one kernel zone. That zone's lists are meant: a reader who took a range for gone
 * names another.
 */
function isPlaced(command: Command): bool {
  const first = command.frame;
  const frames = (<u32>1) << command.order;
  if ((first & (frames - 1)) != 0 || frames > spanFrames - first) return false;
  const index = blockZone(first);
  if (index >= <u32>KERNEL_ZONES || blockZone(first + frames - 1) != index) return false;
  command.zone = <u8>index;
  return true;
}

/** Whether a command names what there is. Of bulk calls the frame is a number of pages. */
export function isKnown(command: Command, op: u32): bool {
  const cpus = min<u32>(guest.cpus, PROGRAM_CPUS_MAX);
  if (command.cpu >= cpus || command.zone >= <u32>KERNEL_ZONES) return false;
  if (op == PROGRAM_BULK || op == PROGRAM_REQUEST_BULK) return true;
  if (command.frame >= spanFrames) return false;
  if (op == PROGRAM_SCAN_BEGIN) return command.operand <= spanFrames;
  if (command.order > <u32>ORDER_MAX) return false;
  return !namesBlock(op) || (hasLists(command, op) && isPlaced(command));
}
