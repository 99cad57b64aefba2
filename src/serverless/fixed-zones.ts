// Zones of a fixed size, one a container, whole from its start to its end: what systems of fixed partitions have in common. The
// guest's zones are CZones that never grow, and czone-virtio stands for the device.

import { CZoneVirtio, type GrowthPolicy, type OperationName } from '../vmm/index.ts';
import type { FunctionProfile } from './function-profile.ts';
import type { StartedVm, VmScheme } from './many-per-vm.ts';

/** All blocks from the start: a zone that is full has its limit. */
export const WHOLE: GrowthPolicy = {
  name: 'whole',
  firstBlocks: (_, limitBlocks) => limitBlocks,
  nextBlocks: () => 1,
  observe: () => {},
};

/** The zones of one VM, made by zonedConfig. */
export class FixedZones implements VmScheme {
  readonly device: CZoneVirtio;
  private readonly _shareFrames: number;

  /** `endedBlock`: what a block of a zone that has ended counts as; see CZoneOptions. */
  constructor({ vm, context }: StartedVm, shareFrames: number, endedBlock?: OperationName) {
    const options = { growth: WHOLE, idle: null };
    const named = endedBlock === undefined ? {} : { endedBlock };
    this.device = new CZoneVirtio(vm, context.clock, { ...options, ...named });
    this._shareFrames = shareFrames;
  }

  placed(profile: FunctionProfile, owner: number): number {
    return this.device.zones.create(owner, this._shareFrames, profile.name);
  }

  get gotFrames(): number {
    return this.device.gotFrames;
  }
}
