// scpv-fork: one container per VM, each forked from a frozen VM of its function whose runtime was ready for calls. That VM, the
// parent, is booted for the first fork, which waits for it, and holds its memory as long as it has forks.

import { bound } from '../../graph/index.ts';
import {
  COUNTED_PAGES,
  type FunctionImage,
  type Operations,
  type Vmm,
  addOperations,
  bootOperations,
  operationsOf,
} from '../../vmm/index.ts';
import { Container, startSteps } from '../container.ts';
import { FrozenFunctions } from '../frozen.ts';
import type { FunctionProfile } from '../function-profile.ts';
import type { SystemContext } from '../machine.ts';
import { OnePerVm, type Sandbox } from '../one-per-vm.ts';
import type { SystemSpec } from '../system.ts';

const SLOTS: readonly number[] = COUNTED_PAGES.map(([slot]) => slot);

/** What starting a parent takes, and freezing it. */
function parentOperations(profile: FunctionProfile, { image }: FunctionImage): Operations {
  const all: Operations = { vmFreeze: 1, blockRead4KiB: profile.fileFrames };
  const boot = Object.values(bootOperations(image.config));
  for (const step of [...boot, ...Object.values(startSteps(profile))]) addOperations(all, step);
  if (image.frozen !== undefined) addOperations(all, operationsOf(image.frozen.counts, SLOTS));
  return all;
}

export class Forks {
  private readonly _context: SystemContext;
  private readonly _vmm: Vmm;
  private readonly _images: FrozenFunctions;
  /** When each function's parent is frozen, or was. */
  private readonly _readyNs: Map<FunctionImage, number> = new Map<FunctionImage, number>();

  constructor(context: SystemContext, vmm: Vmm) {
    this._context = context;
    this._vmm = vmm;
    this._images = new FrozenFunctions(context, vmm, {
      keeper: 'parent',
      isCopied: false,
      isLarge: false,
      startOperations: { clone: { vmFork: 1 } },
    });
  }

  make(profile: FunctionProfile): Sandbox {
    const { machine, clock } = this._context;
    const image = this._images.of(profile);
    const booted = image.clones === 0 ? this._boot(profile, image) : undefined;
    const vm = this._vmm.restore(image);
    const { containerKernelFrames: kernelFrames } = machine;
    const container = new Container(vm, profile, { cpu: 0, kernelFrames });
    if (booted !== undefined) return { container, ...booted };
    const readyInNs = Math.max(0, (this._readyNs.get(image) as number) - clock.nowNs);
    return { container, waitNs: readyInNs, parent: { readyInNs } };
  }

  /** A function's parent starts, in its turn among the host's. */
  private _boot(
    profile: FunctionProfile,
    image: FunctionImage,
  ): Pick<Sandbox, 'before' | 'parent'> {
    const { clock, workNs, bootTurn } = this._context;
    const parent = parentOperations(profile, image);
    const contended = bootTurn?.();
    const readyInNs = (workNs?.(parent, 0) ?? 0) + (contended?.delayNs ?? 0);
    this._readyNs.set(image, clock.nowNs + readyInNs);
    return { before: { parent }, parent: { readyInNs, contended } };
  }
}

export const SCPV_FORK: SystemSpec = {
  name: 'scpv-fork',
  sentence:
    'One container per VM; each VM is forked from a frozen one of its function, its runtime initialised, which holds its memory while it has forks.',
  source:
    'Live forks of VMs: forkd, mitos, zeroboot, smolvm (2025-26; docs/prices.md); the sandbox fork of Catalyzer (Du et al., ASPLOS ’20).',
  limits:
    'The parent is booted, serves no calls, and ends with its last fork; the next start boots another. Forks have no networks or disks to set up.',
  create: (context) =>
    new OnePerVm(context, (vmm) => {
      const forks = new Forks(context, vmm);
      return bound(forks, forks.make);
    }),
};
