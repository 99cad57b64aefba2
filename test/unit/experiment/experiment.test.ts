import { mkdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import {
  type Experiment,
  changed,
  defaultExperiment,
  experimentIn,
  experimentYaml,
  planOf,
  readExperiment,
  traceOfExperiment,
} from '../../../src/experiment/experiment.ts';
import { replayPlan } from '../../../src/replay/index.ts';
import { testFolder } from '../../support/folder.ts';

const at = testFolder();
mkdirSync(at('out'));

function read(content: string, name = 'experiment.yaml'): Experiment {
  return readExperiment(at(name, content));
}

/** Written resolved, and read again. */
function again(experiment: Experiment): Experiment {
  return read(experimentYaml(experimentIn(at('out'), experiment)), 'out/experiment.yaml');
}

const SMALL = `
trace: { synthetic: { functionCount: 6, minutes: 3, popular: { perMinute: 30 } } }
seed: 4
warmupMinutes: 1
systems: [scpv-template, mcpv-czone]
machine: { containersPerVm: 4, containerMemoryPerVm: 1GiB }
functions: { model: parametric, fileShare: 0.4 }
policies: { keepAlive: 90s, growth: 'doubling:2', idleReclaim: 2s }
prices: { level: high, own: { functionInit: 35ms } }
`;

async function hashes(experiment: Experiment): Promise<string[]> {
  const trace = await traceOfExperiment(experiment);
  const { systems } = await replayPlan(trace, planOf(experiment), { jobs: 1 });
  return systems.map(({ hash }) => hash);
}

describe('an experiment', () => {
  it('that says nothing is what is played without one', () => {
    expect(read('')).toEqual(defaultExperiment());
  });

  it('says what a replay takes', () => {
    expect(planOf(read(SMALL))).toMatchObject({
      systems: ['scpv-template', 'mcpv-czone'],
      seed: 4,
      warmupMinutes: 1,
      keepAlive: '90s',
      growth: 'doubling:2',
      idleReclaimMs: 2000,
      machine: { containersPerVm: 4, containerFramesPerVm: 262_144 },
      functions: 'parametric',
      workload: { fileShare: 0.4, residentShare: 1 },
      prices: { level: 'high', own: { functionInit: 35e6 } },
    });
  });

  it('that is written resolved plays to the same hashes', async () => {
    const experiment = read(SMALL);
    expect(planOf(again(experiment))).toEqual(planOf(experiment));
    expect(await hashes(again(experiment))).toEqual(await hashes(experiment));
    expect(experimentYaml(experiment)).toMatch(/^# guestmem experiment, resolved/);
  });

  it('has paths from where its file lies, and resolved from where it is written', () => {
    at('prices.yaml', 'vmExit: 5ns\nvmmStart: 1ms');
    const prices = 'prices: { file: prices.yaml, own: { vmExit: 7ns } }';
    const experiment = read(`trace: traces/one\n${prices}`);
    expect(experiment.trace).toEqual({ path: at('traces/one') });
    expect(experiment.prices.own).toEqual({ vmExit: '7ns', vmmStart: '1ms' });
    expect(experimentIn(at('out'), experiment).trace).toEqual({ path: '../traces/one' });
    expect(experimentIn(at('traces/one'), experiment).trace).toEqual({ path: '.' });
    expect(again(experiment)).toEqual(experiment);
  });

  it('is changed key by key; a trace and lists as a whole', () => {
    const before = read(SMALL);
    const after = changed(before, {
      seed: 9,
      systems: ['scpv-boot'],
      policies: { keepAlive: '1m', growth: undefined },
      prices: 'low',
    });
    expect(after).toMatchObject({
      seed: 9,
      warmupMinutes: 1,
      systems: ['scpv-boot'],
      policies: { keepAlive: '1m', growth: 'doubling:2' },
      prices: { level: 'low', own: { functionInit: '35ms' } },
    });
    expect(changed(before, { trace: { path: 'x' } }).trace).toEqual({ path: 'x' });
  });
});

it.each([undefined, null, 5, {}, { hosts: {} }])('a plan is of no %j', (experiment) => {
  expect(() => planOf(experiment as never)).toThrow(RefusedArgument);
});

const USUAL = defaultExperiment();

it.each([
  ['trace: expected path or synthetic', { trace: new Map() }],
  ['trace: expected an object', { trace: undefined }],
  ['seed: expected a number', { seed: () => 1 }],
  ['hosts.memory: expected text', { hosts: { ...USUAL.hosts, memory: { size: 1 } } }],
  ['policies.idleReclaim', { policies: { ...USUAL.policies, idleReclaim: undefined } }],
  ['prices.own.functionInit', { prices: { level: 'typical', own: { functionInit: 5n } } }],
  ['systems[0]: expected a system, found Symbol(x)', { systems: [Symbol('x')] }],
  ['outputs.mapsOf: expected a function', { outputs: { formats: ['table'], mapsOf: 5n } }],
])('a plan, a file and a trace are of a whole experiment: %s', async (fault, part) => {
  const experiment = { ...USUAL, ...part } as never;
  for (const make of [planOf, experimentYaml]) {
    expect(() => make(experiment)).toThrow(`experiment.${fault}`);
  }
  await expect(traceOfExperiment(experiment)).rejects.toThrow(`experiment.${fault}`);
});
