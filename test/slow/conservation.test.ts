/** Frames are conserved: what a replay leaves behind when all containers have stopped, in the build that checks itself. */
import { describe, expect, it } from 'vitest';
import { type SystemSpec, fixedKeepAlive, idlePolicyOf, replay } from '../../src/replay/index.ts';
import { type MicroVm, SYSTEMS, faultText, verify } from '../../src/serverless/index.ts';
import { smallTrace } from '../support/traces.ts';
import { sized } from './size.ts';
import { takeCensus } from '../support/census.ts';

/** Checks a VM whose containers are gone; returns what is wrong with it. */
function faultsOf(vm: MicroVm): string[] {
  const { core, memory, files, agentObject } = vm.guest;
  const faults: string[] = [];
  const fault = verify(core);
  if (fault !== undefined) faults.push(faultText(fault));
  const { idleFrames, objectFrames } = takeCensus(core);
  // by counters, or by a walk where a clone began with a process of its image
  const { anonymous, pageTables } = memory.used;
  if (anonymous !== 0) faults.push(`${anonymous} anonymous frames`);
  if (pageTables !== 0) faults.push(`${pageTables} page tables`);
  if (memory.idleFrames !== idleFrames) {
    faults.push(`${memory.idleFrames} idle frames in the account, ${idleFrames} in the guest`);
  }
  let used = 0;
  for (const frames of objectFrames.values()) used += frames;
  const system = vm.guest.config.kernel;
  const region = vm.guest.czones === undefined ? 0 : vm.guest.czones.memmapPages;
  const expected = system.dynamicFrames + system.agentFrames + files.pages + region;
  if (used !== expected) faults.push(`${used} frames in objects, expected ${expected}`);
  if ((objectFrames.get(agentObject) ?? 0) !== system.agentFrames) faults.push('agent memory');
  return faults;
}

async function playAll(
  spec: SystemSpec,
  idleReclaimMs?: number,
  seed = 1,
  idle = 'keep',
): Promise<{ vms: number; faults: string[] }> {
  let vms = 0;
  const faults: string[] = [];
  await replay(smallTrace(seed), {
    systems: [spec],
    seed,
    keepAlive: () => fixedKeepAlive(20_000),
    idle: idlePolicyOf(idle),
    machine: {
      build: 'verify',
      idleReclaimMs,
      inspect(vm) {
        vms += 1;
        faults.push(...faultsOf(vm));
      },
    },
  });
  return { vms, faults };
}

const SEEDS = sized(1, 20);

describe('conservation of frames', () => {
  it.each(SYSTEMS)('$name', async (spec) => {
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const { vms, faults } = await playAll(spec, undefined, seed);
      expect(faults).toEqual([]);
      expect(vms).toBeGreaterThan(3);
    }
  });

  it.each(SYSTEMS)('$name, with VMs that are suspended', async (spec) => {
    const { faults } = await playAll(spec, undefined, 1, 'suspend:2s');
    expect(faults).toEqual([]);
  });

  it.each(SYSTEMS.filter(({ noPark }) => noPark === undefined))(
    '$name, with VMs that are parked',
    async (spec) => {
      const { vms, faults } = await playAll(spec, undefined, 1, 'park:1s');
      expect(faults).toEqual([]);
      expect(vms).toBeGreaterThan(3);
    },
  );

  it('with memory taken from idle containers', async () => {
    const spec = SYSTEMS.find(({ name }) => name === 'mcpv-czone') as SystemSpec;
    const { vms, faults } = await playAll(spec, 300);
    expect(faults).toEqual([]);
    expect(vms).toBeGreaterThan(3);
  });
});
