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

/** The same with a balloon that a VM without other means gets when it is parked first. */
export function parkByBalloon(vm: MicroVm, clock: Clock): Asked {
  const known = vm.counted.find((device) => device instanceof Balloon);
  if (known !== undefined) return squeeze(known);
  const made = new Balloon(vm, clock);
  vm.counted.push(made);
  return squeeze(made);
}
