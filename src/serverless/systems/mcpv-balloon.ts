// mcpv-balloon: a VM as large as its containers may need, with a balloon in it as large as those that are not there. The host
// deflates by a container's limit before one starts, which waits for it, and inflates by as much after one has gone: a step at a
// time, each as long as its price says, so that what comes in the middle finds the balloon as large as it is then.

import { FRAMES_PER_MIB } from '../../abi/unit.ts';
import { Balloon, COUNT_RELEASED_PAGES, newCounts, timersOf } from '../../vmm/index.ts';
import { addWork, takeWork } from '../device-turn.ts';
import { containersPerVm } from '../machine.ts';
import { squeeze } from '../park.ts';
import { ManyPerVm, type StartedVm, type VmScheme, staticConfig } from '../many-per-vm.ts';
import type { Asked, SystemSpec, Work } from '../system.ts';

/** Frames by which the host raises the balloon's target: four messages of the driver. */
const STEP_FRAMES: number = 4 * FRAMES_PER_MIB;

interface Inflation {
  askedFrames: number;
  gotFrames: number;
  work: Work;
}

class Inflated implements VmScheme {
  readonly step = 'grow';
  waitNs = 0;
  readonly #started: StartedVm;
  readonly #balloon: Balloon;
  readonly #capacity: number;
  #containers = 0;
  /** The guest's driver is at work until then. */
  #busyUntilNs: number;
  #inflation: Inflation | undefined;

  constructor(started: StartedVm) {
    const { vm, profile, context } = started;
    this.#started = started;
    this.#capacity = containersPerVm(context.machine, profile);
    this.#balloon = new Balloon(vm, context.clock, { profile: 'qemu', deflateOnOom: true });
    vm.counted.push(this.#balloon);
    this.#busyUntilNs = context.clock.nowNs;
    for (const step of Object.values(vm.startOperations)) this.#busyUntilNs += this.#ns(step, 0);
  }

  /** Frames that the balloon should have: the limits of containers that could be there and are not. */
  get #target(): number {
    return (this.#capacity - this.#containers) * this.#started.profile.limitFrames;
  }

  placed(): undefined {
    const { nowNs } = this.#started.context.clock;
    this.#containers += 1;
    // a VM that starts is waited for anyway
    this.waitNs = this.#containers === 1 ? 0 : Math.max(0, this.#busyUntilNs - nowNs);
    const deflated = this.#balloon.actualPages - this.#target;
    if (deflated > 0) {
      this.#balloon.setTarget(this.#target);
      const takesNs = this.#ns({ balloonDeflatePage: deflated }, 0);
      this.#busyUntilNs = Math.max(nowNs, this.#busyUntilNs) + takesNs;
    }
    this.#inflate();
  }

  /** Nothing comes at once. */
  left(): Asked {
    this.#containers -= 1;
    this.#inflate();
    return { askedFrames: 0, gotFrames: 0 };
  }

  /** Unless the driver is at work for containers that came or went. */
  park(): Asked {
    const { nowNs } = this.#started.context.clock;
    if (this.#inflation !== undefined || this.#busyUntilNs > nowNs) {
      return { askedFrames: 0, gotFrames: 0 };
    }
    const squeezed = squeeze(this.#balloon);
    const pages = squeezed.gotFrames;
    this.#busyUntilNs = nowNs + this.#ns({ balloonInflatePage: pages, balloonDeflatePage: pages }, 0);
    return squeezed;
  }

  /** Begins to inflate when the driver is free, unless that is under way. */
  #inflate(): void {
    if (this.#inflation !== undefined || this.#balloon.actualPages >= this.#target) return;
    const work = { operations: {}, counts: newCounts() };
    this.#inflation = { askedFrames: 0, gotFrames: 0, work };
    this.#later();
  }

  #later(): void {
    const { vm, context } = this.#started;
    const delayNs = Math.max(0, this.#busyUntilNs - context.clock.nowNs);
    timersOf(vm, context.clock).after(delayNs, () => this.#raise());
  }

  #raise(): void {
    const { vm, context, worked } = this.#started;
    // the driver has got something to do for a start meanwhile
    if (this.#busyUntilNs >= context.clock.nowNs + 1) {
      this.#later();
      return;
    }
    const balloon = this.#balloon;
    const inflation = this.#inflation as Inflation;
    const actual = balloon.actualPages;
    const asked = Math.max(0, Math.min(this.#target - actual, STEP_FRAMES));
    if (asked > 0) balloon.setTarget(actual + asked);
    const got = balloon.actualPages - actual;
    // out of puff: the host asks for no more than there is, or the driver would try for ever
    if (got < asked) balloon.setTarget(balloon.actualPages);
    const work = takeWork(vm);
    inflation.askedFrames += asked;
    inflation.gotFrames += got;
    addWork(inflation.work, work);
    const takesNs = this.#ns(work.operations, work.counts[COUNT_RELEASED_PAGES] as number);
    this.#busyUntilNs = Math.max(this.#busyUntilNs, context.clock.nowNs) + takesNs;
    if (got === asked && balloon.actualPages < this.#target) {
      worked(work);
      this.#later();
      return;
    }
    this.#inflation = undefined;
    const { askedFrames, gotFrames } = inflation;
    worked({ ...work, request: { ...inflation.work, askedFrames, gotFrames } });
  }

  #ns(operations: Work['operations'], releasedFrames: number): number {
    return this.#started.context.workNs?.(operations, releasedFrames) ?? 0;
  }
}

export const MCPV_BALLOON: SystemSpec = {
  name: 'mcpv-balloon',
  sentence:
    'Many containers of a function per VM of fixed size; a balloon holds the limits of those that are not there.',
  source:
    'virtio-balloon as in Linux 6.12 and QEMU (virtio 1.2, 5.5), deflated before a start and inflated after an end as in Squeezy’s baseline (EuroSys ’26).',
  limits:
    'The host knows limits, not use: what a live container leaves of its limit stays in the VM.',
  create: (context) =>
    new ManyPerVm(context, { config: staticConfig, attach: (started) => new Inflated(started) }),
};
