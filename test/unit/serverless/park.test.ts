import { expect, it } from 'vitest';
import { parkByBalloon, spareFrames, squeeze } from '../../../src/serverless/park.ts';
import { Balloon, newCounts } from '../../../src/vmm/index.ts';
import { expectSound, testVm } from '../../support/vm.ts';

const FREED = 3000;

it('takes what a guest has free, and leaves the pages the guest’s', () => {
  const { vmm, vm } = testVm(256);
  vm.guest.writeAndFree(FREED);
  vm.settle(newCounts());
  const before = vm.guest.core.privateFrames;
  const asked = parkByBalloon(vm, vmm.clock);
  vm.settle(newCounts());
  expect(asked.gotFrames).toBeLessThanOrEqual(asked.askedFrames);
  expect(before - vm.guest.core.privateFrames).toBeGreaterThan(0.6 * FREED);
  expect(vm.guest.core.balloon.heldFrames).toBe(0);
  expectSound(vm);
});

it('has one balloon a VM, which is counted', () => {
  const { vmm, vm } = testVm(256);
  parkByBalloon(vm, vmm.clock);
  parkByBalloon(vm, vmm.clock);
  expect(vm.counted).toHaveLength(1);
  expect(vm.takeOperations()?.balloonInflatePage).toBeGreaterThan(0);
});

it('squeezes by four fifths of what is available, over what the balloon has', () => {
  const { vmm, vm } = testVm(256);
  const balloon = new Balloon(vm, vmm.clock);
  balloon.setTarget(1000);
  const spare = spareFrames(vm);
  expect(squeeze(balloon)).toEqual({ askedFrames: spare, gotFrames: spare });
  expect(balloon.actualPages).toBe(1000);
});
