import { expect, it } from 'vitest';

import { publishedMachine } from '../../../src/cost/index.ts';
import { defaultMachine } from '../../../src/replay/default-machine.ts';

it('is the published machine, with VMs of 16 containers in at most 2 GiB and blocks of 2 MiB', () => {
  const machine = defaultMachine();
  expect(machine).toMatchObject(publishedMachine());
  expect(machine.containersPerVm).toBe(16);
  expect(machine.containerFramesPerVm * 4096).toBe(2 * 2 ** 30);
  expect(machine.blockFrames * 4096).toBe(2 * 2 ** 20);
  expect(machine.build).toBe('release');
  expect(machine.idleReclaimMs).toBeUndefined();
});

it('makes policies anew for each system: what one learns no other knows', () => {
  const machine = defaultMachine();
  expect(machine.growth()).not.toBe(machine.growth());
  expect(defaultMachine()).not.toBe(machine);
});
