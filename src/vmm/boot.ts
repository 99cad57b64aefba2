// What booting a VM takes besides memory.

import { FRAMES_PER_MIB } from '../abi/unit.ts';
import type { Operations } from '../cost/index.ts';
import { type GuestConfig, bootedFrames } from '../guest/index.ts';

/**
 * Memory of the machine that the published boot time is of: 128 MiB. Larger ones initialise more
 * struct pages.
 */
const BOOT_REFERENCE_FRAMES = 128 * FRAMES_PER_MIB;

/** By step of a start. */
export function bootOperations(
  config: GuestConfig,
): Readonly<Record<'vmm' | 'kernel' | 'agent', Operations>> {
  const memmapInitPage = Math.max(0, bootedFrames(config) - BOOT_REFERENCE_FRAMES);
  return {
    vmm: { vmmStart: 1 },
    kernel: { kernelBoot: 1, memmapInitPage },
    agent: { agentStart: 1 },
  };
}
