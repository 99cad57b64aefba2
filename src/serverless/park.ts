// Parking: how much of an idle guest's memory its host asks for, and how VMs of systems without a device are asked.

import { FRAME_BYTES } from '../abi/unit.ts';
import { Balloon, type Clock, type MicroVm, vmStats } from '../vmm/index.ts';
import type { Asked } from './system.ts';

/** What is asked for, of what the guest says is available (buildbuddy's share). */
const SPARE_SHARE = 0.8;

/** Frames that an idle guest can spare: free ones, and files that it can read again. */
export function spareFrames({ guest }: MicroVm): number {
  return Math.floor((SPARE_SHARE * vmStats(guest.memory).availableBytes) / FRAME_BYTES);
}

/**
 * Inflates a balloon by what the guest can spare, and deflates it at once: the pages are the guest's again, without host memory, and
 * the next call waits for nobody (vm0's controller).
 */
export function squeeze(balloon: Balloon): Asked {
  const before = balloon.actualPages;
  const askedFrames = spareFrames(balloon.vm);
  balloon.setTarget(before + askedFrames);
  const gotFrames = balloon.actualPages - before;
  balloon.setTarget(before);
  return { askedFrames, gotFrames };
}

/** The balloons of VMs that have nothing else: each comes when its VM is parked first. */
export class ParkBalloons {
  private readonly _clock: Clock;
  private readonly _balloons: WeakMap<MicroVm, Balloon> = new WeakMap<MicroVm, Balloon>();

  constructor(clock: Clock) {
    this._clock = clock;
  }

  park(vm: MicroVm): Asked {
    return squeeze(this._balloonOf(vm));
  }

  private _balloonOf(vm: MicroVm): Balloon {
    const known = this._balloons.get(vm);
    if (known !== undefined) return known;
    const made = new Balloon(vm, this._clock);
    vm.counted.push(made);
    this._balloons.set(vm, made);
    return made;
  }
}
