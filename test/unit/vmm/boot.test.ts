import { expect, it } from 'vitest';
import { bootOperations } from '../../../src/vmm/index.ts';
import { testGuest } from '../../support/vm.ts';

it('prices what a boot of 128 MiB took, and struct pages beyond', () => {
  expect(bootOperations(testGuest(128)).kernel).toEqual({ kernelBoot: 1, memmapInitPage: 0 });
  expect(bootOperations(testGuest(64)).kernel.memmapInitPage).toBe(0);
  expect(bootOperations(testGuest(129)).kernel.memmapInitPage).toBe(256);
});
