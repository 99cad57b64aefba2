/**
 * Replays of mcpv-czone: guests are sound, and over its rings each zone that a replay makes, grows and ends is a request on
 * queue 0, and nothing else is.
 */
import { describe, expect, it } from 'vitest';
import {
  STAT_CZONE_BLOCKS_ADDED,
  STAT_CZONE_CREATED,
  STAT_CZONE_DESTROYED,
} from '../../src/core/index.ts';
import { SYSTEMS, fixedKeepAlive, replay } from '../../src/replay/index.ts';
import {
  CZoneVirtio,
  faultText,
  GROWTHS,
  type GrowthPolicy,
  type MicroVm,
  verify,
} from '../../src/serverless/index.ts';
import {
  REQUEST_ASSIGN,
  REQUEST_PLUG,
  REQUEST_ZONE_CREATE,
  REQUEST_ZONE_DESTROY,
} from '../../src/virtio/czone/request.ts';
import { smallTrace } from '../support/traces.ts';

const CZONE = SYSTEMS.filter((spec) => spec.name === 'mcpv-czone');

describe('idle reclaim', () => {
  it('leaves every guest sound and repeats exactly', async () => {
    const faults: string[] = [];
    const hashes = [];
    for (const idleReclaimMs of [500, 500, undefined]) {
      const run = await replay(smallTrace(), {
        systems: CZONE,
        seed: 1,
        keepAlive: () => fixedKeepAlive(20_000),
        machine: {
          build: 'verify',
          idleReclaimMs,
          inspect(vm) {
            const fault = verify(vm.guest.core);
            if (fault !== undefined) faults.push(faultText(fault));
          },
        },
      });
      hashes.push(run.systems[0]?.hash);
    }
    expect(faults).toEqual([]);
    expect(hashes[1]).toBe(hashes[0]);
    expect(hashes[2]).not.toBe(hashes[0]);
  });

  it('changes nothing for the other systems', async () => {
    const others = SYSTEMS.filter((spec) => spec.name !== 'mcpv-czone');
    const hashes = async (idleReclaimMs: number | undefined): Promise<string[]> => {
      const options = { systems: others, seed: 1, machine: { idleReclaimMs } };
      return (await replay(smallTrace(), options)).systems.map((system) => system.hash);
    };
    expect(await hashes(1000)).toEqual(await hashes(undefined));
  });
});

interface Ended {
  readonly vm: MicroVm;
  readonly device: CZoneVirtio;
}

/** A small replay; what its VMs were when their containers had gone. */
async function play(growth?: () => GrowthPolicy, idleReclaimMs?: number): Promise<Ended[]> {
  const ended: Ended[] = [];
  await replay(smallTrace(), {
    systems: SYSTEMS.filter(({ name }) => name === 'mcpv-czone'),
    seed: 1,
    keepAlive: () => fixedKeepAlive(20_000),
    machine: {
      ...(growth === undefined ? {} : { growth }),
      idleReclaimMs,
      inspect(vm) {
        const device = vm.counted.find((one) => one instanceof CZoneVirtio);
        if (!(device instanceof CZoneVirtio)) return;
        // now: the core is another VM's soon
        expectAsTold({ vm, device });
        ended.push({ vm, device });
      },
    },
  });
  return ended;
}

function expectAsTold({ vm, device }: Ended): void {
  const { core } = vm.guest;
  const { counters } = device.model;
  const of = (type: number): number => counters.requestsByType[type] as number;
  expect(of(REQUEST_ZONE_CREATE)).toBe(core.stat(STAT_CZONE_CREATED));
  expect(of(REQUEST_ZONE_DESTROY)).toBe(core.stat(STAT_CZONE_DESTROYED));
  expect(counters.pluggedBlocks + counters.assignedBlocks).toBe(core.stat(STAT_CZONE_BLOCKS_ADDED));
  expect(counters.pluggedBlocks).toBe(core.czones.pluggedBlocks);
  const told = [REQUEST_ZONE_CREATE, REQUEST_ZONE_DESTROY, REQUEST_PLUG, REQUEST_ASSIGN];
  expect(told.reduce((sum, type) => sum + of(type), 0)).toBe(counters.guestRequests);
  expect(counters.guestRequests).toBe(device.driver.counters.requests);
  // every one was in order: ACK
  expect(counters.answers[1]).toBe(
    counters.guestRequests + counters.reports - (counters.answers[2] ?? 0),
  );
  expect([...device.device.counters.violations]).toEqual([]);
}

const plugs = (ended: readonly Ended[]): number =>
  ended.reduce(
    (sum, { device }) => sum + (device.model.counters.requestsByType[REQUEST_PLUG] ?? 0),
    0,
  );

describe('a replay of mcpv-czone', () => {
  it.each(GROWTHS.map(({ name, create }) => [name, create] as const))(
    'sends a request for each zone made, grown and ended, growth %s',
    async (_, create) => {
      const ended = await play(() => create());
      expect(ended.length).toBeGreaterThan(3);
    },
  );

  it('sends no more when idle containers are asked: the host dispatches their calls and knows', async () => {
    const ended = await play(undefined, 300);
    expect(
      ended.reduce((sum, { device }) => sum + device.model.counters.reports, 0),
    ).toBeGreaterThan(20);
  });

  it('grows on demand: a policy that gives one block has its zones ask for each of the others', async () => {
    const step = GROWTHS.find(({ name }) => name === 'step');
    const [one, known] = [await play(() => step?.create() as GrowthPolicy), await play()];
    const plugged = one.reduce((sum, { device }) => sum + device.model.counters.pluggedBlocks, 0);
    expect(plugs(one)).toBe(plugged);
    expect(plugs(known)).toBeLessThan(plugs(one));
  });
});
