// Images of functions for the systems that start VMs from them.

import { THP_ORDER } from '../abi/unit.ts';
import type { Contents, FunctionImage, ImageOptions, Vmm } from '../vmm/index.ts';
import { startRuntime } from './container.ts';
import type { FunctionProfile } from './function-profile.ts';
import type { SystemContext } from './machine.ts';
import { soloConfig } from './one-per-vm.ts';

export interface FrozenOptions extends ImageOptions {
  /** Host pages behind image and clones have 2 MiB. */
  readonly isLarge: boolean;
}

/** The images of one host, one a function. */
export class FrozenFunctions {
  private readonly _context: SystemContext;
  private readonly _vmm: Vmm;
  private readonly _options: FrozenOptions;
  private readonly _images: Map<string, FunctionImage> = new Map<string, FunctionImage>();

  constructor(context: SystemContext, vmm: Vmm, options: FrozenOptions) {
    this._context = context;
    this._vmm = vmm;
    this._options = options;
  }

  /** The image of a function, its runtime initialised. What it holds is its key: a function that holds more is another. */
  of(profile: FunctionProfile): FunctionImage {
    const {
      kernel,
      resumed,
      containerKernelFrames: kernelFrames,
      hostCache,
    } = this._context.machine;
    const isMapped = hostCache === 'dax';
    const key = JSON.stringify([profile, kernelFrames, isMapped]);
    const known = this._images.get(key);
    if (known !== undefined) return known;
    const machine = { ...this._context.machine, kernel: { ...kernel, ...resumed } };
    const contents = {
      key,
      order: this._options.isLarge ? THP_ORDER : 0,
      fill: (guest) => {
        guest.files.source = { isMapped, came: () => {} };
        return startRuntime(guest, profile, { cpu: 0, kernelFrames }).state();
      },
    } as const satisfies Contents;
    const made = this._vmm.imageOf(soloConfig(machine, profile), contents, this._options);
    this._images.set(key, made);
    return made;
  }
}
