import { expect, it } from 'vitest';
import { NONE } from '../../../src/core/index.ts';
import { CZoneVirtio, WHOLE } from '../../../src/vmm/index.ts';
import { FixedZones } from '../../../src/serverless/fixed-zones.ts';
import { zonedConfig } from '../../../src/serverless/many-per-vm.ts';
import { defaultMachine } from '../../../src/replay/index.ts';
import { PROFILE, startedVm } from '../../support/serverless.ts';

it('makes each zone whole at its start, and never larger', () => {
  const machine = { ...defaultMachine(), containersPerVm: 2 };
  const config = zonedConfig(machine, PROFILE, { blockFrames: 1024, shareFrames: 8192 });
  const { vm, started } = startedVm(machine, config);
  const zones = new FixedZones(
    new CZoneVirtio(vm, started.context.clock, { growth: WHOLE, idle: null }),
    8192,
  );
  const index = zones.placed(PROFILE, 1);
  expect(index).not.toBe(NONE);
  expect(vm.guest.czones?.blocksOf(index)).toHaveLength(8);
  expect(vm.guest.czones?.grow(index)).toBe(0);
  expect(zones.gotFrames).toBe(0);
});
