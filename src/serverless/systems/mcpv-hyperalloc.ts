// mcpv-hyperalloc: a VM with memory for all of its containers, whose guest is on LLFree. The host reads its tables: every 5 s it
// takes what is free in whole huge frames, and what is no container's is not the guest's at all. What is used comes back by 2 MiB.

import { bound, partial } from '../../graph/index.ts';
import { NS_PER_MS, PAGEBLOCK_FRAMES } from '../../abi/unit.ts';
import { type GuestConfig, HyperAlloc, onLlfree } from '../../vmm/index.ts';
import { ArgumentError, durationMs } from '../argument.ts';
import { DeviceTurn } from '../device-turn.ts';
import type { FunctionProfile } from '../function-profile.ts';
import { ManyPerVm, type StartedVm, type VmScheme, shareOf, staticConfig } from '../many-per-vm.ts';
import { type MachineConfig, containersPerVm } from '../machine.ts';
import { SHARED_SETTINGS, type Asked, type SystemSpec } from '../system.ts';

export function watchedConfig(machine: MachineConfig, profile: FunctionProfile): GuestConfig {
  return { ...staticConfig(machine, profile), build: onLlfree(machine.build) };
}

export class Watched implements VmScheme {
  readonly step = 'grow';
  private readonly _device: HyperAlloc;
  private readonly _shareFrames: number;
  private _absent: number;

  constructor(started: StartedVm, scanDelayNs: number | undefined) {
    const { vm, profile, context } = started;
    const turn = new DeviceTurn(started);
    this._shareFrames = shareOf(profile, PAGEBLOCK_FRAMES);
    this._absent = containersPerVm(context.machine, profile);
    this._device = new HyperAlloc(vm, context.clock, {
      ...(scanDelayNs === undefined ? {} : { scanDelayNs }),
      given: bound(turn, turn.note),
    });
    vm.counted.push(this._device);
  }

  placed(): undefined {
    this._absent -= 1;
    this._limit();
  }

  left(): Asked {
    this._absent += 1;
    const gotFrames = Math.max(0, this._limit());
    // what an earlier one left short comes with it, and was asked for again
    return { askedFrames: Math.max(this._shareFrames, gotFrames), gotFrames };
  }

  /** The shares of containers that are not there are not the guest's. */
  private _limit(): number {
    return this._device.setTaken(this._absent * this._shareFrames);
  }
}

export function attachWatched(scanDelayNs: number | undefined, started: StartedVm): VmScheme {
  return new Watched(started, scanDelayNs);
}

function specOf(name: string, scanDelayNs?: number): SystemSpec {
  return {
    name,
    sentence:
      'Many containers of a function per VM; the host reads the guest’s allocator and takes free huge frames, every 5 s and when a container goes: NAME:TIME, 5s if not said.',
    source:
      'HyperAlloc (Wrenger et al., EuroSys ’25), the rules and figures of its artifact; LLFree (ATC ’23) in the guest’s kernel.',
    limits:
      'Trees of 16 MiB that a CPU has reserved are left alone, as is what lies in pieces under 2 MiB. A limit that the guest cannot keep is tried again when the next container comes or goes. No VFIO, no compaction.',
    reads: SHARED_SETTINGS,
    noPark: 'its host takes free huge frames by itself all the time',
    create: (context) =>
      new ManyPerVm(context, {
        config: watchedConfig,
        attach: partial(attachWatched, scanDelayNs),
      }),
    with: (argument) => specOf(`mcpv-hyperalloc:${argument}`, scanDelayOf(argument)),
  };
}

/** A pass takes no time, so some must lie between two. */
function scanDelayOf(argument: string): number {
  const delayNs = durationMs(argument) * NS_PER_MS;
  if (delayNs >= NS_PER_MS) return delayNs;
  throw new ArgumentError('a time of 1ms or more', argument);
}

export const MCPV_HYPERALLOC: SystemSpec = specOf('mcpv-hyperalloc');
