import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { experimentOf, isExperiment } from '../../../src/cli/asked.ts';
import { type Experiment, defaultExperiment, planOf } from '../../../src/experiment/index.ts';
import { emptyFolder } from '../../support/folder.ts';

function asked(...args: Parameters<typeof experimentOf>): Experiment {
  return experimentOf(...args).experiment;
}

let folder = '';
beforeAll(() => {
  folder = emptyFolder();
});

function sensitivityAsked(sensitivity?: string | true): unknown {
  const flags = sensitivity === undefined ? {} : { sensitivity };
  return asked(undefined, flags).outputs.sensitivity;
}

describe('what is asked for', () => {
  it('is an experiment by its ending, and a trace otherwise', () => {
    expect(['a.yaml', 'b/c.YML', 'a.csv', 'yaml', undefined].map(isExperiment)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(asked(undefined, {})).toEqual(defaultExperiment());
    expect(asked('traces/x', {}).trace).toEqual({ path: 'traces/x' });
  });

  it('is what options say in place of what the file says', () => {
    const file = join(folder, 'e.yaml');
    writeFileSync(file, 'seed: 5\nwarmupMinutes: 2\nprices: { own: { vmExit: 1us } }');
    const { seed, warmupMinutes, prices, policies, hosts } = asked(file, {
      seed: '7',
      prices: 'high',
      idleReclaim: true,
      hosts: '3',
      hostMemory: '64GiB',
      whenFull: 'evict,queue',
      contention: 'off',
    });
    expect({ seed, warmupMinutes, prices, hosts }).toEqual({
      seed: 7,
      warmupMinutes: 2,
      prices: { level: 'high', own: { vmExit: '1us' } },
      hosts: {
        count: 3,
        memory: '64GiB',
        cache: 'shared',
        placement: 'first-fit',
        whenFull: 'evict,queue',
        contention: 'off',
        interference: 'on',
      },
    });
    expect(policies.idleReclaim).toBe('1000ms');
    expect(() => asked(undefined, { contention: 'offf' })).toThrow(
      '--contention: expected one of on, off (did you mean off?), found "offf"',
    );
  });

  it('may ask how far prices move the results, by the counts unless it says otherwise', () => {
    expect([sensitivityAsked(), sensitivityAsked(true), sensitivityAsked('replay')]).toEqual([
      undefined,
      'counts',
      'replay',
    ]);
    expect(() => sensitivityAsked('reply')).toThrow(
      '--sensitivity: expected one of counts, replay (did you mean replay?), found "reply"',
    );
  });

  it('may have several seeds, of which the first is the run that is told in full', () => {
    const { seed, seeds } = asked(undefined, { seed: '5, 6,9' });
    expect({ seed, seeds }).toEqual({ seed: 5, seeds: [5, 6, 9] });
    const file = join(folder, 'seeds.yaml');
    writeFileSync(file, 'seeds: [3, 4]');
    expect(asked(file, {})).toMatchObject({ seed: 3, seeds: [3, 4] });
    expect(asked(file, { seed: '8' })).toMatchObject({ seed: 8, seeds: undefined });
    writeFileSync(file, 'seed: 1\nseeds: [3, 4]');
    expect(() => asked(file, {})).toThrow('seeds: expected one of seed and seeds');
    expect(() => asked(undefined, { seed: '1,2,1' })).toThrow(
      '--seed: expected each of the seeds once, found 1 again',
    );
  });

  it('may say what functions hold, by name, in sizes', () => {
    const file = join(folder, 'memory.yaml');
    writeFileSync(file, 'memory: { hello: { file: 5MiB, limit: 64MiB } }');
    const { memory } = planOf(asked(file, {}));
    expect(memory).toEqual({ hello: { fileFrames: 1280, limitFrames: 16_384 } });
    writeFileSync(file, 'memory: { hello: { fil: 5MiB } }');
    expect(() => asked(file, {})).toThrow('memory.hello: expected a key of anonymous, file');
    writeFileSync(file, 'memory: [hello]');
    expect(() => asked(file, {})).toThrow(
      'memory: expected a group of functions by name, found a list',
    );
  });

  it('may sweep shares of the parametric model; of measured functions they are refused where they stand', () => {
    const file = join(folder, 'shares.yaml');
    writeFileSync(file, 'seed: 1\nfunctions: { fileShare: 0.6 }');
    expect(() => asked(file, {})).toThrow(
      'shares.yaml:2:25: functions.fileShare: expected 0.3, since measured functions have shares',
    );
    expect(asked(file, { functions: 'parametric' }).functions).toMatchObject({ fileShare: 0.6 });
  });

  it('may ask for a row a call', () => {
    expect(asked(undefined, {}).outputs.records).toBeUndefined();
    expect(asked(undefined, { records: true }).outputs.records).toBe(true);
  });

  it('may have prices of a file, a level, or both', () => {
    const file = join(folder, 'p.yaml');
    writeFileSync(file, 'functionInit: 35ms');
    expect(asked(undefined, { prices: `low,${file}` }).prices).toEqual({
      level: 'low',
      own: { functionInit: '35ms' },
    });
    expect(() => asked(undefined, { prices: 'hihg' })).toThrow(
      '--prices: expected low, typical, high, or a file of prices (.yaml), found "hihg"',
    );
  });

  it('has no columns without a trace that has them', () => {
    const columns = 'time=t,function=f,duration=d';
    expect(asked('x.csv', { columns }).trace).toEqual({ path: 'x.csv', columns });
    expect(() => asked(undefined, { columns })).toThrow(/--columns: .*found none/);
  });

  it('is refused where the file says it, if policies and systems do not go together', () => {
    const file = join(folder, 'x.yaml');
    const said = (text: string, flags = {}): string => {
      writeFileSync(file, text);
      try {
        asked(file, flags);
      } catch (error) {
        return String(error).replace(folder, '');
      }
      return '';
    };
    const text = 'systems: [mcpv-static]\npolicies: { idle: park:30s }';
    expect(said(text)).toMatch(
      /^UsageError: \/x.yaml:2:19: policies.idle: expected systems that can be parked: .*, found "mcpv-static"$/,
    );
    expect(said(text, { system: 'mcpv-balloon' })).toBe('');
    expect(said('systems: [mcpv-static]', { idle: 'park' })).toMatch(
      /^UsageError: --idle: expected /,
    );
    expect(said('policies: { idleReclaim: 1s, idle: park:30s }', { system: 'mcpv-czone' })).toMatch(
      /x.yaml:1:36: policies.idle: expected parking or idle reclaim.*, found "both"$/,
    );
  });

  it('leaves out systems that cannot be parked, where nobody has named any', () => {
    const file = join(folder, 'park.yaml');
    writeFileSync(file, 'policies: { idle: park:30s }');
    const { experiment, leftOut } = experimentOf(file, {});
    const names = leftOut.map(({ system }) => system);
    expect(names).toContain('mcpv-static');
    expect([...experiment.systems, ...names].toSorted()).toEqual(
      defaultExperiment().systems.toSorted(),
    );
    expect(leftOut[0]?.reason).toMatch(/^cannot be parked \(idle: park:30s\): its VMs have no/);
    expect(experimentOf(undefined, { idle: 'park', system: 'all' }).leftOut).toHaveLength(
      names.length,
    );
    expect(experimentOf(file, { idle: 'keep' }).leftOut).toEqual([]);
    const named = 'systems: [mcpv-czone]\npolicies: { idle: park:30s }';
    writeFileSync(file, named);
    expect(experimentOf(file, {}).leftOut).toEqual([]);
  });

  it('may be that idle memory is never reclaimed, in place of what a file says', () => {
    const file = join(folder, 'never.yaml');
    writeFileSync(file, 'policies: { idleReclaim: 5s }');
    expect(planOf(asked(file, { idleReclaim: 'never' })).idleReclaimMs).toBeUndefined();
  });
});
