/** A guest frozen with one process in it, and hosts that keep its image. */

import { THP_ORDER } from '../../src/abi/unit.ts';
import {
  type Contents,
  type FunctionImage,
  type ImageOptions,
  Process,
  type Vmm,
} from '../../src/vmm/index.ts';
import { testGuest } from './vm.ts';

export const HEAP_PAGES = 2000;
export const FILE_PAGES = 600;

const MAPPED = { cpu: 0, kernelFrames: 8, mappedPages: 4000 };

export function contentsOf(isLarge = false): Contents {
  return {
    key: 'a function',
    order: isLarge ? THP_ORDER : 0,
    fill(guest) {
      const process = new Process(guest, MAPPED);
      guest.files.read('libraries', FILE_PAGES, 0);
      process.touch(0, HEAP_PAGES, true);
      return process.state();
    },
  };
}

export function imageOn(
  vmm: Vmm,
  options: Partial<ImageOptions> = {},
  isLarge = false,
): FunctionImage {
  return vmm.imageOf(testGuest(128), contentsOf(isLarge), {
    keeper: 'disk',
    isCopied: false,
    startOperations: { clone: { snapshotLoad: 1 } },
    ...options,
  });
}

/** The process of a clone. */
export function processIn(vm: ReturnType<Vmm['restore']>): Process {
  return new Process(vm.guest, MAPPED, vm.guest.process);
}
