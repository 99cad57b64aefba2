// mcpv-balloon: a VM as large as its containers may need, with a balloon in it as large as those that are not there. The host
// deflates by a container's limit before one starts, which waits for it, and inflates by as much after one has gone: a step at a
// time, each as long as its price says, so that what comes in the middle finds the balloon as large as it is then.

import { bound } from '../../graph/index.ts';
import { FRAMES_PER_MIB } from '../../abi/unit.ts';
import { Balloon, COUNT_RELEASED_PAGES, newCounts, timersOf } from '../../vmm/index.ts';
import { addWork, takeWork } from '../device-turn.ts';
import { containersPerVm } from '../machine.ts';
import { squeeze } from '../park.ts';
import { ManyPerVm, type StartedVm, type VmScheme, staticConfig } from '../many-per-vm.ts';
import { SHARED_SETTINGS, type Asked, type SystemSpec, type Work } from '../system.ts';

/** Frames by which the host raises the balloon's target: four messages of the driver. */
const STEP_FRAMES: number = 4 * FRAMES_PER_MIB;

interface Inflation {
  askedFrames: number;
  gotFrames: number;
  work: Work;
}

export class Inflated implements VmScheme {
  readonly step = 'grow';
  waitNs = 0;
  private readonly _started: StartedVm;
  private readonly _balloon: Balloon;
  private readonly _capacity: number;
  private _containers = 0;
  /** The guest's driver is at work until then. */
  private _busyUntilNs: number;
  private _inflation: Inflation | undefined;

  constructor(started: StartedVm) {
    const { vm, profile, context } = started;
    this._started = started;
    this._capacity = containersPerVm(context.machine, profile);
    this._balloon = new Balloon(vm, context.clock, { profile: 'qemu', deflateOnOom: true });
    vm.counted.push(this._balloon);
    this._busyUntilNs = context.clock.nowNs;
    for (const step of Object.values(vm.startOperations)) this._busyUntilNs += this._ns(step, 0);
  }

  /** Frames that the balloon should have: the limits of containers that could be there and are not. */
  private get _target(): number {
    return (this._capacity - this._containers) * this._started.profile.limitFrames;
  }

  placed(): undefined {
    const { nowNs } = this._started.context.clock;
    this._containers += 1;
    // a VM that starts is waited for anyway
    this.waitNs = this._containers === 1 ? 0 : Math.max(0, this._busyUntilNs - nowNs);
    const deflated = this._balloon.actualPages - this._target;
    if (deflated > 0) {
      this._balloon.setTarget(this._target);
      const takesNs = this._ns({ balloonDeflatePage: deflated }, 0);
      this._busyUntilNs = Math.max(nowNs, this._busyUntilNs) + takesNs;
    }
    this._inflate();
  }

  /** Nothing comes at once. */
  left(): Asked {
    this._containers -= 1;
    this._inflate();
    return { askedFrames: 0, gotFrames: 0 };
  }

  /** Unless the driver is at work for containers that came or went. */
  park(): Asked {
    const { nowNs } = this._started.context.clock;
    if (this._inflation !== undefined || this._busyUntilNs > nowNs) {
      return { askedFrames: 0, gotFrames: 0 };
    }
    const squeezed = squeeze(this._balloon);
    const pages = squeezed.gotFrames;
    this._busyUntilNs =
      nowNs + this._ns({ balloonInflatePage: pages, balloonDeflatePage: pages }, 0);
    return squeezed;
  }

  /** Begins to inflate when the driver is free, unless that is under way. */
  private _inflate(): void {
    if (this._inflation !== undefined || this._balloon.actualPages >= this._target) return;
    const work = { operations: {}, counts: newCounts() };
    this._inflation = { askedFrames: 0, gotFrames: 0, work };
    this._later();
  }

  private _later(): void {
    const { vm, context } = this._started;
    const delayNs = Math.max(0, this._busyUntilNs - context.clock.nowNs);
    timersOf(vm, context.clock).after(delayNs, bound(this, this._raise));
  }

  private _raise(): void {
    const { vm, context, worked } = this._started;
    // the driver has got something to do for a start meanwhile
    if (this._busyUntilNs >= context.clock.nowNs + 1) {
      this._later();
      return;
    }
    const balloon = this._balloon;
    const inflation = this._inflation as Inflation;
    const actual = balloon.actualPages;
    const asked = Math.max(0, Math.min(this._target - actual, STEP_FRAMES));
    if (asked > 0) balloon.setTarget(actual + asked);
    const got = balloon.actualPages - actual;
    // out of puff: the host asks for no more than there is, or the driver would try for ever
    if (got < asked) balloon.setTarget(balloon.actualPages);
    const work = takeWork(vm);
    inflation.askedFrames += asked;
    inflation.gotFrames += got;
    addWork(inflation.work, work);
    const takesNs = this._ns(work.operations, work.counts[COUNT_RELEASED_PAGES] as number);
    this._busyUntilNs = Math.max(this._busyUntilNs, context.clock.nowNs) + takesNs;
    if (got === asked && balloon.actualPages < this._target) {
      worked(work);
      this._later();
      return;
    }
    this._inflation = undefined;
    const { askedFrames, gotFrames } = inflation;
    worked({ ...work, request: { ...inflation.work, askedFrames, gotFrames } });
  }

  private _ns(operations: Work['operations'], releasedFrames: number): number {
    return this._started.context.workNs?.(operations, releasedFrames) ?? 0;
  }
}

export function attachInflated(started: StartedVm): VmScheme {
  return new Inflated(started);
}

export const MCPV_BALLOON: SystemSpec = {
  name: 'mcpv-balloon',
  sentence:
    'Many containers of a function per VM of fixed size; a balloon holds the limits of those that are not there.',
  source:
    'virtio-balloon as in Linux 6.12 and QEMU (virtio 1.2, 5.5), deflated before a start and inflated after an end as in Squeezy’s baseline (EuroSys ’26).',
  limits:
    'The host knows limits, not use: what a live container leaves of its limit stays in the VM.',
  reads: SHARED_SETTINGS,
  create: (context) => new ManyPerVm(context, { config: staticConfig, attach: attachInflated }),
};
