// Parking: how much of an idle guest's memory its host asks for, and how VMs without a device of their own are asked.

import { FRAME_BYTES } from '../abi/unit.ts';
import { Balloon, type Clock, type MicroVm, vmStats } from '../vmm/index.ts';
import type { Asked } from './system.ts';

/** By what VMs of one container are parked: their balloon takes pages, or the guest hints at free ones. */
export const PARK_BY = ['balloon', 'hinting'] as const;

export type ParkBy = (typeof PARK_BY)[number];

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

  park(vm: MicroVm, by: ParkBy): Asked {
    const balloon = this._balloonOf(vm);
    return by === 'balloon' ? squeeze(balloon) : hint(balloon);
  }

  private _balloonOf(vm: MicroVm): Balloon {
    const known = this._balloons.get(vm);
    if (known !== undefined) return known;
    const made = new Balloon(vm, this._clock, { freePageHinting: true });
    vm.counted.push(made);
    this._balloons.set(vm, made);
    return made;
  }
}

/** What the guest hinted at is asked, what had memory is got. */
function hint(balloon: Balloon): Asked {
  const { core } = balloon.vm.guest;
  const before = core.privateFrames;
  balloon.model.startHinting();
  balloon.model.finishHinting();
  const gotFrames = Math.max(0, before - core.privateFrames);
  return { askedFrames: gotFrames, gotFrames };
}
