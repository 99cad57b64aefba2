// mcpv-czone: many containers of a function per VM, each in its own CZone, over czone-virtio. A zone begins small and grows
// when it is full. When a container exits its zone ends as a whole, without migration, and the host discards what was
// behind it. While one is idle the host may ask for what its zone has free and backed; the frames are off the zone's lists
// from the question to the answer.

import { bound, partial } from '../../graph/index.ts';
import { FRAME_BYTES, NS_PER_MS } from '../../abi/unit.ts';
import { choiceOf } from '../../check/index.ts';
import {
  CZoneVirtio,
  type GrowthPolicy,
  type GuestConfig,
  type MicroVm,
  type Process,
  type ReclaimResult,
  reportOperations,
} from '../../vmm/index.ts';
import { ArgumentError } from '../argument.ts';
import { startRuntime, startSteps } from '../container.ts';
import type { FunctionProfile } from '../function-profile.ts';
import type { MachineConfig, SystemContext } from '../machine.ts';
import {
  ManyPerVm,
  type MemoryScheme,
  type StartedVm,
  type VmScheme,
  shareOf,
  zonedConfig,
} from '../many-per-vm.ts';
import { SHARED_SETTINGS, type Asked, type SystemSpec } from '../system.ts';

/**
 * How a container's process comes to its runtime. exec: it starts one. zygote: it is forked from a process of its VM that has
 * started one and serves no calls; what it writes is copied into its own zone.
 */
const FORKS = ['exec', 'zygote'] as const;

type Fork = (typeof FORKS)[number];

/** A VM whose own memory holds kernel and shared files; containers' memory comes from a region above it. */
export function czoneConfig(
  fork: Fork,
  machine: MachineConfig,
  profile: FunctionProfile,
): GuestConfig {
  const { blockFrames } = machine;
  const shareFrames = shareOf(profile, blockFrames);
  return zonedConfig(machine, profile, {
    blockFrames,
    shareFrames,
    others: fork === 'zygote' ? 1 : 0,
  });
}

/** How long a report of so many frames takes. */
export function reportNs(workNs: SystemContext['workNs'], frames: number): number {
  return workNs?.(reportOperations(1, frames), frames) ?? 0;
}

/** The device of one VM. Without idle reclaim or parking the host has no reason to ask, and nobody tells it of idleness. */
export class Zoned implements VmScheme {
  zygote: Process | undefined;
  before: VmScheme['before'];
  private readonly _device: CZoneVirtio;
  private readonly _machine: MachineConfig;
  private readonly _vm: MicroVm;
  private readonly _fork: Fork;
  readonly dispatched: (czone: number, isIdle: boolean) => void;

  constructor({ vm, context, ended }: StartedVm, growth: GrowthPolicy, fork: Fork) {
    const { machine, clock, workNs } = context;
    const { idleReclaimMs } = machine;
    this._machine = machine;
    this._vm = vm;
    this._fork = fork;
    const device = new CZoneVirtio(vm, clock, {
      growth,
      idle:
        idleReclaimMs === undefined ? null : { delayNs: idleReclaimMs * NS_PER_MS, targetBytes: 0 },
      reportNs: partial(reportNs, workNs),
      reclaimed: bound(this, this._reclaimed, ended),
    });
    this._device = device;
    this.dispatched = bound(device, device.dispatched);
  }

  private _reclaimed(ended: StartedVm['ended'], _: number, result: ReclaimResult): void {
    const { end, reports, reportedBytes, releasedBytes } = result;
    const askedFrames = reportedBytes / FRAME_BYTES;
    ended({
      vm: this._vm,
      isCancelled: end !== 'done',
      askedFrames,
      gotFrames: releasedBytes / FRAME_BYTES,
      operations: reportOperations(reports, askedFrames),
    });
  }

  get gotFrames(): number {
    return this._device.gotFrames;
  }

  placed(profile: FunctionProfile, owner: number): number {
    this.before = undefined;
    if (this._fork === 'zygote' && this.zygote === undefined) this._startZygote(profile, owner);
    return this._zone(profile, owner, profile.name);
  }

  /** The pool and each idle zone are asked; answers come as idle reclaim, unless a call comes first. */
  park(): Asked {
    this._device.ask(this._device.zones.region.frames);
    return { askedFrames: 0, gotFrames: 0 };
  }

  emptied(): void {
    this.zygote?.exit();
  }

  private _zone(profile: FunctionProfile, owner: number, key: string): number {
    const limitFrames = shareOf(profile, this._machine.blockFrames);
    return this._device.zones.create(owner, limitFrames, key);
  }

  /** Its zone grows as those of zygotes have, which hold more than their children. */
  private _startZygote(profile: FunctionProfile, owner: number): void {
    const { containerKernelFrames: kernelFrames } = this._machine;
    const czone = this._zone(profile, owner, `zygote of ${profile.name}`);
    this.zygote = startRuntime(this._vm.guest, profile, { cpu: 0, kernelFrames, czone });
    const { runtime } = startSteps(profile);
    this.before = { runtime: { ...runtime, processFork: 1 } };
  }
}

export function attachZoned(growth: GrowthPolicy, fork: Fork, started: StartedVm): VmScheme {
  return new Zoned(started, growth, fork);
}

/** Whoever starts containers knows what earlier ones of a function came to, whichever VM they were in. */
function schemeOf(growth: GrowthPolicy, fork: Fork): MemoryScheme {
  return {
    config: partial(czoneConfig, fork),
    attach: partial(attachZoned, growth, fork),
  };
}

function forkOf(text: string): Fork {
  const found = FORKS.find((fork) => fork === text);
  if (found !== undefined) return found;
  throw new ArgumentError(`one of ${choiceOf(FORKS, text)}`, text);
}

function specOf(name: string, fork: Fork): SystemSpec {
  return {
    name,
    sentence:
      'Many containers of a function per VM, each in its own CZone; when one exits, its blocks go back to the host whole: NAME:FORK, exec if not said, or zygote.',
    source:
      'CZone (Wu et al., Frontiers of Computer Science 20(5), 2026, doi 10.1007/s11704-024-40756-5); zygotes as in SOCK (Oakes et al., USENIX ATC ’18).',
    limits:
      'Protocol, sizes and policies are unpublished and this project’s own (docs/czone-virtio.md). Files lie outside zones. A zygote is one more process of its VM, from the first container to the last.',
    reads: [...SHARED_SETTINGS, 'growth', 'idleReclaimMs'],
    create: (context) => new ManyPerVm(context, schemeOf(context.machine.growth(), fork)),
    with: (argument) => specOf(`mcpv-czone:${argument}`, forkOf(argument)),
  };
}

export const MCPV_CZONE: SystemSpec = specOf('mcpv-czone', 'exec');
