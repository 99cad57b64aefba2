import { expect, it } from 'vitest';

import { FOOTPRINTS } from '../../../src/cost/footprint.ts';
import { publishedMachine } from '../../../src/cost/machine.ts';

it('holds after boot what the published guest holds, its struct pages among it', () => {
  const { kernel, hostFrames, vmm } = publishedMachine();
  const { imageFrames, dynamicFrames, pageCacheFrames, agentFrames } = kernel;
  const memmap = (128 * 2 ** 20) / 4096 / 64; // struct pages of 64 bytes for 128 MiB
  const sum = imageFrames + dynamicFrames + pageCacheFrames + agentFrames + memmap;
  expect(sum).toBe(Math.round(FOOTPRINTS.guestOsBooted.typicalBytes / 4096));
  expect(kernel.cloneWrittenFrames + vmm.processFrames).toBe(
    Math.round(FOOTPRINTS.templatePrivate.typicalBytes / 4096),
  );
  expect(hostFrames * 4096).toBe(384 * 2 ** 30);
});
