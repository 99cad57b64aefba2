import { expect, it } from 'vitest';
import { CAUSE_FILE_SHARED } from '../../../src/serverless/index.ts';
import { makeSystem, PROFILE, vmCount } from '../../support/serverless.ts';

it('has a VM for each container, each with its own copy of the files', () => {
  for (const name of ['scpv-boot', 'scpv-template']) {
    const system = makeSystem(name);
    const starts = [0, 1, 2].map(() => system.start(PROFILE));
    expect(starts.every((start) => start.newVm)).toBe(true);
    expect(vmCount(system)).toBe(3);
    expect(system.host.account[CAUSE_FILE_SHARED]).toBe(3 * PROFILE.fileFrames);
  }
});

it('ends the VM with its container, and asks nothing back from a guest', () => {
  const system = makeSystem('scpv-template');
  const { container } = system.start(PROFILE);
  const { operations, askedFrames, gotFrames } = system.stop(container);
  expect([operations, askedFrames, gotFrames]).toEqual([{ containerDestroy: 1 }, 0, 0]);
  expect(vmCount(system)).toBe(0);
});

it('sizes a VM by its function: guest OS, the limit, kernel memory, and no more than some slack', () => {
  const { vm } = makeSystem('scpv-boot').start(PROFILE).container;
  const { memoryFrames } = vm.guest.config;
  expect(memoryFrames).toBeGreaterThan(PROFILE.limitFrames);
  expect(memoryFrames).toBeLessThan(PROFILE.limitFrames + 3 * 16_384);
});
