// Booted guests for the benches.

import { boot, Core, type BootLayout, type CoreConfig, layoutOf } from '../src/core/index.ts';

const FRAMES_PER_MIB = 256;
/** Kernel image and early reservations. */
const RESERVED = { start: 4096, count: 8192 };

export function layoutOfMiB(mib: number): BootLayout {
  return layoutOf(mib * FRAMES_PER_MIB, [RESERVED]);
}

/** A guest of so many MiB, just booted. */
export function bootGuest(mib: number, config: Partial<CoreConfig> = {}): Core {
  const layout = layoutOfMiB(mib);
  const core = Core.create({ frames: layout.frames, objects: 64, bufferSlots: 4096, ...config });
  boot(core, layout, false);
  return core;
}
