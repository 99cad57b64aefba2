import { describe, expect, it } from 'vitest';
import { withoutEffect } from '../../../src/experiment/effect.ts';
import { type Experiment, changed, defaultExperiment } from '../../../src/experiment/index.ts';
import type { ExperimentFile } from '../../../src/experiment/schema.ts';
import type { Trace } from '../../../src/trace/index.ts';
import { handTrace, smallTrace } from '../../support/traces.ts';

const DRAWN = smallTrace();
/** Calls and memory stand in it. */
const WHOLE = handTrace([[0, 5]], 60_000);

function told(file: ExperimentFile, trace: Trace = DRAWN): string[] {
  const experiment: Experiment = changed(defaultExperiment(), file);
  return withoutEffect(experiment, trace).map(({ path, text }) => `${path.join('.')}: ${text}`);
}

describe('settings without effect', () => {
  it('are none of the usual ones, nor those that something looks at', () => {
    expect(told({})).toEqual([]);
    expect(
      told({
        systems: ['mcpv-czone:zygote'],
        policies: { growth: 'step', idleReclaim: '1s', placement: 'emptiest', idle: 'suspend' },
        machine: { containersPerVm: 4, cpusPerVm: 2, containerMemoryPerVm: '1GiB' },
        outputs: { maps: '3', mapsOf: 'f', sensitivity: 'counts' },
      }),
    ).toEqual([]);
  });

  it.each([
    [{ policies: { growth: 'step' } }, 'policies.growth: no effect, as it is of mcpv-czone'],
    [
      { policies: { idleReclaim: '1s' } },
      'policies.idleReclaim: no effect, as it is of mcpv-czone',
    ],
    [
      { policies: { placement: 'emptiest' } },
      'policies.placement: no effect, as it is of systems of mcpv-*',
    ],
    [{ machine: { cpusPerVm: 2 } }, 'machine.cpusPerVm: no effect, as it is of systems of mcpv-*'],
    [
      { machine: { containersPerVm: 2 } },
      'machine.containersPerVm: no effect, as it is of systems of mcpv-*',
    ],
    [
      { machine: { containerMemoryPerVm: '1GiB' } },
      'machine.containerMemoryPerVm: no effect, as it is of systems of mcpv-*',
    ],
  ] satisfies [ExperimentFile, string][])('%j is of systems that are not there', (file, line) => {
    expect(told({ systems: ['scpv-boot'], ...file })).toEqual([line]);
  });

  it('may come too late for the keep-alive', () => {
    const policies = { keepAlive: '10s', idle: 'park:5s,suspend:1m', idleReclaim: '11s' };
    expect(told({ systems: ['mcpv-czone'], policies })).toEqual([
      'policies.idleReclaim: never comes, as the keep-alive of idle containers ends before it',
      'policies.idle: suspend never comes, as the keep-alive of idle containers ends before it',
    ]);
    const lru = { ...policies, keepAlive: 'lru' };
    expect(told({ systems: ['mcpv-czone'], policies: lru })).toEqual([]);
  });

  it('may have nothing to choose from', () => {
    expect(told({ hosts: { placement: 'least-loaded' } })).toEqual([
      'hosts.placement: no effect, as there is one host',
    ]);
    expect(told({ hosts: { placement: 'least-loaded', count: 2 } })).toEqual([]);
    expect(told({ minutes: 7 })).toEqual(['minutes: no effect, as the trace has 6']);
    expect(told({ minutes: 6 })).toEqual([]);
    expect(told({ seeds: [1, 2] }, WHOLE)).toEqual([
      'seeds: no effect, as nothing of the trace is drawn: all seeds play the same',
    ]);
    expect(told({ seeds: [1, 2] })).toEqual([]);
  });

  it('may be told nowhere', () => {
    expect(told({ outputs: { maps: '0', mapsOf: 'f' } })).toEqual([
      'outputs.mapsOf: no effect, as there are no maps',
    ]);
    expect(told({ outputs: { formats: ['csv'], maps: '2', sensitivity: 'counts' } })).toEqual([
      'outputs.maps: no effect, as none of the formats tells it (json, html)',
      'outputs.sensitivity: no effect, as none of the formats tells it (table, json, html)',
    ]);
  });

  it('may be of functions, where sessions are played', () => {
    const sessions = { ...WHOLE, sessions: [] };
    expect(told({ functions: { fileShare: 0.5 } }, sessions)).toEqual([
      'functions: no effect, as sessions have memory of their own',
    ]);
  });
});
