import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { experimentOf, isExperiment } from '../../../src/cli/asked.ts';
import { defaultExperiment, planOf } from '../../../src/experiment/index.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'guestmem-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function sensitivityAsked(sensitivity?: string | true): unknown {
  const flags = sensitivity === undefined ? {} : { sensitivity };
  return experimentOf(undefined, flags).outputs.sensitivity;
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
    expect(experimentOf(undefined, {})).toEqual(defaultExperiment());
    expect(experimentOf('traces/x', {}).trace).toEqual({ path: 'traces/x' });
  });

  it('is what options say in place of what the file says', () => {
    const file = join(folder, 'e.yaml');
    writeFileSync(file, 'seed: 5\nwarmupMinutes: 2\nprices: { own: { vmExit: 1us } }');
    const { seed, warmupMinutes, prices, policies, hosts } = experimentOf(file, {
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
    expect(() => experimentOf(undefined, { contention: 'offf' })).toThrow(
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
    const { seed, seeds } = experimentOf(undefined, { seed: '5, 6,9' });
    expect({ seed, seeds }).toEqual({ seed: 5, seeds: [5, 6, 9] });
    const file = join(folder, 'seeds.yaml');
    writeFileSync(file, 'seeds: [3, 4]');
    expect(experimentOf(file, {})).toMatchObject({ seed: 3, seeds: [3, 4] });
    expect(experimentOf(file, { seed: '8' })).toMatchObject({ seed: 8, seeds: undefined });
    writeFileSync(file, 'seed: 1\nseeds: [3, 4]');
    expect(() => experimentOf(file, {})).toThrow('seeds: expected one of seed and seeds');
    expect(() => experimentOf(undefined, { seed: '1,2,1' })).toThrow(
      '--seed: expected each of the seeds once, found 1 again',
    );
  });

  it('may say what functions hold, by name, in sizes', () => {
    const file = join(folder, 'memory.yaml');
    writeFileSync(file, 'memory: { hello: { file: 5MiB, limit: 64MiB } }');
    const { memory } = planOf(experimentOf(file, {}));
    expect(memory).toEqual({ hello: { fileFrames: 1280, limitFrames: 16_384 } });
    writeFileSync(file, 'memory: { hello: { fil: 5MiB } }');
    expect(() => experimentOf(file, {})).toThrow('memory.hello: expected a key of anonymous, file');
    writeFileSync(file, 'memory: [hello]');
    expect(() => experimentOf(file, {})).toThrow(
      'memory: expected a group of functions by name, found a list',
    );
  });

  it('may ask for a row a call', () => {
    expect(experimentOf(undefined, {}).outputs.records).toBeUndefined();
    expect(experimentOf(undefined, { records: true }).outputs.records).toBe(true);
  });

  it('may have prices of a file, a level, or both', () => {
    const file = join(folder, 'p.yaml');
    writeFileSync(file, 'functionInit: 35ms');
    expect(experimentOf(undefined, { prices: `low,${file}` }).prices).toEqual({
      level: 'low',
      own: { functionInit: '35ms' },
    });
    expect(() => experimentOf(undefined, { prices: 'hihg' })).toThrow(
      '--prices: expected low, typical, high, or a file of prices (.yaml), found "hihg"',
    );
  });

  it('has no columns without a trace that has them', () => {
    const columns = 'time=t,function=f,duration=d';
    expect(experimentOf('x.csv', { columns }).trace).toEqual({ path: 'x.csv', columns });
    expect(() => experimentOf(undefined, { columns })).toThrow(/--columns: .*found none/);
  });

  it('is refused where the file says it, if policies and systems do not go together', () => {
    const file = join(folder, 'x.yaml');
    const said = (text: string, flags = {}): string => {
      writeFileSync(file, text);
      try {
        experimentOf(file, flags);
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
});
