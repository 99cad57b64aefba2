// scpv-snapshot: one container per VM, each restored from an image of its function: a VM frozen when the runtime was ready for
// calls. Clones map the image's pages and copy what they write. With a recorded working set nothing is shared: what the first
// clone had touched by the end of its first call is read in one go and put in place before the guest runs.

import { partial } from '../../graph/index.ts';
import { choiceOf } from '../../check/index.ts';
import type { FunctionImage, ImageKeeper, MicroVm, Vmm } from '../../vmm/index.ts';
import { ArgumentError } from '../argument.ts';
import { Container } from '../container.ts';
import { FrozenFunctions } from '../frozen.ts';
import type { SystemContext } from '../machine.ts';
import type { FunctionProfile } from '../function-profile.ts';
import { type MakeSandbox, OnePerVm, type Sandbox } from '../one-per-vm.ts';
import type { SystemSpec } from '../system.ts';

interface SnapshotOptions {
  readonly load: 'lazy' | 'working-set';
  readonly keeper: ImageKeeper & ('disk' | 'memory');
  readonly pages: '4k' | '2m';
}

const USUAL: SnapshotOptions = { load: 'lazy', keeper: 'disk', pages: '4k' };

const WORDS: Readonly<Record<string, Partial<SnapshotOptions>>> = {
  lazy: { load: 'lazy' },
  'working-set': { load: 'working-set' },
  disk: { keeper: 'disk' },
  memory: { keeper: 'memory' },
  '4k': { pages: '4k' },
  '2m': { pages: '2m' },
};

/** Words of WORDS, `/` between: one of each pair at most. */
function optionsOf(argument: string): SnapshotOptions {
  const said: Partial<SnapshotOptions> = {};
  for (const word of argument.split('/')) {
    const choice = Object.hasOwn(WORDS, word) ? WORDS[word] : undefined;
    const [key] = Object.keys(choice ?? {});
    if (key === undefined || key in said) {
      const words = choiceOf(Object.keys(WORDS), word);
      throw new ArgumentError(
        `one of each of lazy or working-set, disk or memory, 4k or 2m, / between, of ${words}`,
        argument,
      );
    }
    Object.assign(said, choice);
  }
  return { ...USUAL, ...said };
}

function restored(context: SystemContext, vmm: Vmm, options: SnapshotOptions): MakeSandbox {
  const { load, keeper, pages } = options;
  const isCopied = load === 'working-set';
  const images = new FrozenFunctions(context, vmm, {
    keeper,
    isCopied,
    isLarge: pages === '2m',
    startOperations: { vmm: { vmmStart: 1 }, clone: { snapshotLoad: 1 } },
  });
  return partial(restoredVm, { context, vmm, images, isCopied });
}

interface Restores {
  readonly context: SystemContext;
  readonly vmm: Vmm;
  readonly images: FrozenFunctions;
  readonly isCopied: boolean;
}

export function restoredVm(
  { context, vmm, images, isCopied }: Restores,
  profile: FunctionProfile,
): Sandbox {
  const { containerKernelFrames: kernelFrames } = context.machine;
  const image = images.of(profile);
  const vm = vmm.restore(image);
  const isFirst = isCopied && !image.isRecorded && image.clones === 1;
  const calledOnce = isFirst ? partial(recordSet, image, vm) : undefined;
  return { container: new Container(vm, profile, { cpu: 0, kernelFrames, calledOnce }) };
}

/** The first clone's first call has ended. */
export function recordSet(image: FunctionImage, vm: MicroVm): void {
  image.record(vm.guest.core);
}

function specOf(name: string, options: SnapshotOptions): SystemSpec {
  return {
    name,
    sentence:
      'One container per VM; each VM is restored from an image of its function, its runtime initialised: NAME:LOAD/PLACE/PAGES, lazy/disk/4k if not said.',
    source:
      'Firecracker’s snapshots (docs/snapshotting; AWS SnapStart), REAP (Ustiugov et al., ASPLOS ’21) for working-set, fcvm and E2B for 2 MiB pages.',
    limits:
      'Images are there before the first call, and making them costs nothing; one on disk is read without readahead. A clone’s own touches lie evenly over its memory. Clones have no networks or disks to set up.',
    create: (context) => new OnePerVm(context, (vmm) => restored(context, vmm, options)),
    with: (argument) => specOf(`scpv-snapshot:${argument}`, optionsOf(argument)),
  };
}

export const SCPV_SNAPSHOT: SystemSpec = specOf('scpv-snapshot', USUAL);
