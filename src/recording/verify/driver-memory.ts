// Memory for the rings and messages of a driver that is checked against a recording. Kept apart
// from the recorded guest's frames: where the real driver had its rings does not show in what it
// asked for. A driver that runs for one recording allocates a few pages in all.

import { FRAME_BYTES, MIB } from '../../core/index.ts';
import { BumpMemory, type DriverMemory, FlatMemory } from '../../virtio/index.ts';

export function driverMemory(): DriverMemory {
  return new BumpMemory(new FlatMemory(MIB), FRAME_BYTES);
}
