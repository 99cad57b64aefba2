// One function of 140 MiB with 60 busy instances for an hour, by every system: what an instance costs.

import { FRAMES_PER_MIB, MS_PER_MINUTE, MS_PER_S } from '../abi/unit.ts';
import { SYSTEMS, type SystemRun, type SystemSpec, replay } from '../replay/index.ts';
import { SYNTHETIC_HOUR, generateSynthetic } from '../trace/index.ts';
import { mibEach } from './density.ts';
import {
  type Scenario,
  type ScenarioOptions,
  type ScenarioRow,
  type Told,
  rowsOf,
} from './scenario.ts';

const BUSY = 60;
const MEMORY_MIB = 140;
const AVERAGE_MS: number = 10 * MS_PER_S;
const SEED = 1;

/** One row: so many busy instances by one system. */
export async function popularRow(
  spec: SystemSpec,
  busy: number,
  mib: number,
  seed: number,
): Promise<ScenarioRow> {
  const perMinute = (busy * MS_PER_MINUTE) / AVERAGE_MS;
  const trace = generateSynthetic(
    { seed },
    {
      ...SYNTHETIC_HOUR,
      name: 'popular',
      functionCount: 1,
      popular: { perMinute, averageMs: AVERAGE_MS, memoryMib: mib },
      burstyShare: 0,
      diurnal: undefined,
    },
  );
  const played = await replay(trace, { systems: [spec], seed });
  const { priced, meanFrames, peakFrames, starts, vms } = played.systems[0] as SystemRun;
  const startupMs = priced[1]?.startupMs ?? new Float64Array(0);
  const each = mibEach(meanFrames, busy);
  return {
    system: spec.name,
    busy,
    cold: starts.cold,
    vms: vms.started,
    startMs: startupMs.reduce((sum, ms) => sum + ms, 0) / Math.max(1, startupMs.length),
    mib: Object.values(each).reduce((sum, one) => sum + one, 0),
    peakMib: peakFrames / FRAMES_PER_MIB / busy,
    ...each,
  };
}

function run(options: Partial<ScenarioOptions> = {}, told?: Told): Promise<ScenarioRow[]> {
  const { containers = BUSY, mib = MEMORY_MIB, seed = SEED } = options;
  return rowsOf(SYSTEMS, (spec) => popularRow(spec, containers, mib, seed), told);
}

export const POPULAR_SCENARIO: Scenario = {
  name: 'popular',
  sentence:
    'One function of 140 MiB with 60 busy instances for an hour, by every system: memory of an instance by cause.',
  takes: ['containers', 'mib', 'seed'],
  hasManyGuests: true,
  run,
};
