/** Small guests for the tests of this room and those above. */
import {
  type CZoneSupplier,
  type CZones,
  type GuestConfig,
  GuestKernel,
  KernelClocks,
  type KernelFootprint,
} from '../../src/guest/index.ts';
import { Clock } from '../../src/time/index.ts';
import { type Core, CorePool, NONE } from '../../src/core/index.ts';

export const KERNEL: KernelFootprint = {
  imageFrames: 600,
  dynamicFrames: 500,
  pageCacheFrames: 400,
  agentFrames: 300,
  cloneWrittenFrames: 700,
  cloneReadFrames: 900,
};

/** 40 MiB, in the verify build. */
export const CONFIG: GuestConfig = {
  memoryFrames: 40 * 256,
  cpus: 2,
  processes: 4,
  files: 4,
  kernel: KERNEL,
  build: 'verify',
};

/** The same with a region of 16 blocks of 2 MiB for CZones. */
export const CZONE_CONFIG: GuestConfig = {
  ...CONFIG,
  region: { start: 64 * 256, frames: 16 * 512, blockFrames: 512 },
};

/** A host that gives every block of the region, lowest first, and says what it hears. */
export function plainHost(core: Core, zones: CZones, heard: string[] = []): CZoneSupplier {
  const { start, frames, blockFrames } = zones.region;
  return {
    created: (index) => void heard.push(`created ${index}`),
    ending: (index) => void heard.push(`ending ${index}`),
    withered: (index) => void heard.push(`withered ${index}`),
    ended: (index) => void heard.push(`ended ${index}`),
    plug(index, blocks) {
      let got = 0;
      for (let at = start; at < start + frames && got < blocks; at += blockFrames) {
        if (core.frames.zone(at) !== NONE || core.czones.isPooled(at)) continue;
        core.czones.plug(at, blockFrames);
        got += core.czones.grow(index, 1);
      }
      heard.push(`plug ${index} ${got}`);
      return got;
    },
  };
}

export function makeGuest(
  config: GuestConfig = CONFIG,
  template = true,
  clock: Clock = new Clock(),
): GuestKernel {
  const image = GuestKernel.bootImage(config, template);
  const guest = GuestKernel.fromImage(
    image,
    new CorePool().clone(image.core),
    new KernelClocks(clock),
  );
  if (template) guest.wake();
  if (guest.czones !== undefined) guest.czones.host = plainHost(guest.core, guest.czones);
  return guest;
}
