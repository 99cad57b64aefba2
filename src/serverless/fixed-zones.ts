// Zones of a fixed size, one a container, whole from its start to its end: what systems of fixed partitions have in common. The
// guest's zones are CZones that never grow; the device that they come from is the system's.

import type { CZones } from '../vmm/index.ts';
import type { FunctionProfile } from './function-profile.ts';
import type { VmScheme } from './many-per-vm.ts';

/** Where zones come from. */
interface ZoneDevice {
  readonly zones: CZones;
  /** Frames that the host has got. */
  readonly gotFrames: number;
}

/** The zones of one VM, made by zonedConfig. */
export class FixedZones<Device extends ZoneDevice> implements VmScheme {
  readonly device: Device;
  private readonly _shareFrames: number;

  constructor(device: Device, shareFrames: number) {
    this.device = device;
    this._shareFrames = shareFrames;
  }

  placed(profile: FunctionProfile, owner: number): number {
    return this.device.zones.create(owner, this._shareFrames, profile.name);
  }

  get gotFrames(): number {
    return this.device.gotFrames;
  }
}
