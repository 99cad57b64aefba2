// One command of a compiled recording, as it lies in the buffer (src/recording says what each operation does).
//
//  [ cpu:8 | zone:8 | type:4 | order:4 | op:8 ] [ frame ] [ operand ] [ event ]

import { PROGRAM_COMMAND_BYTES } from '../../src/abi/program';


@unmanaged
export class Command {
  op: u8;
  shape: u8;
  zone: u8;
  cpu: u8;
  frame: u32;
  operand: u32;
  /** The trace's event, for the host. */
  event: u32;

  /** Order of the block. */
  @inline
  get order(): u32 {
    return this.shape & 15;
  }

  /** Migratetype, or what the operation says it is. */
  @inline
  get type(): u32 {
    return this.shape >> 4;
  }
}
if (offsetof<Command>() != PROGRAM_COMMAND_BYTES) ERROR('a command is four words');
