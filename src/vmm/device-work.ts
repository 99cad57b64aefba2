// What the devices of a VM have done since somebody asked the last time.

import type { Operations } from '../cost/index.ts';
import type { Counts } from '../guest/index.ts';
import { type CountedDevice, addOperations, since } from './counted.ts';

/** The work of a VM's devices, handed on once. */
export class DeviceWork {
  private readonly _devices: readonly CountedDevice[];
  private _takenExits = 0;
  private _takenOperations: Operations = {};

  /** `devices` may become more. */
  constructor(devices: readonly CountedDevice[]) {
    this._devices = devices;
  }

  private get _exits(): number {
    const { _devices: devices } = this;
    let exits = 0;
    for (let at = 0; at < devices.length; at += 1) exits += devices[at]?.exits ?? 0;
    return exits;
  }

  /** Whether there is any since the last time. */
  get isAny(): boolean {
    return this._exits !== this._takenExits;
  }

  /** All of it since the last time; undefined: nothing. */
  take(): Operations | undefined {
    const exits = this._exits;
    if (exits === this._takenExits) return undefined;
    const now: Operations = {};
    for (const { operations } of this._devices) addOperations(now, operations);
    const taken = since(this._takenOperations, now);
    this._takenExits = exits;
    this._takenOperations = now;
    return taken;
  }

  /** What devices book as operations of their own is not counted twice. */
  takeOut(counts: Counts): void {
    const { _devices: devices } = this;
    for (let at = 0; at < devices.length; at += 1) devices[at]?.takeOut?.(counts);
  }
}
