import { describe, expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import { defaultMachine } from '../../../src/replay/default-machine.ts';
import {
  DEFAULT_WORKLOAD,
  expectHostMachine,
  expectProfile,
  expectWorkload,
  profileOf,
} from '../../../src/serverless/index.ts';

const PROFILE = profileOf({ id: 0, name: 'f', memoryMib: 100, averageMs: 10 });

const machine = (figures: object) => (): void =>
  expectHostMachine({ ...defaultMachine(), ...figures });

describe('figures of a replay', () => {
  it('are taken as they are published', () => {
    expect(() => expectHostMachine(defaultMachine())).not.toThrow();
    expect(() => expectHostMachine({ ...defaultMachine(), hostFrames: Infinity })).not.toThrow();
    expect(() => expectWorkload(DEFAULT_WORKLOAD)).not.toThrow();
    expect(() => expectProfile(PROFILE)).not.toThrow();
  });

  it('are refused by their own names', () => {
    expect(machine({ containersPerVm: Number.NaN })).toThrow(
      'machine.containersPerVm: expected a whole number of 1 to 10000, found NaN',
    );
    expect(machine({ blockFrames: 1536 })).toThrow(
      'machine.blockFrames: expected a power of two, found 1536',
    );
    expect(machine({ resumed: null })).toThrow('machine.resumed: expected an object, found null');
    expect(machine({ growth: 5 })).toThrow('machine.growth: expected a function, found 5');
    expect(() => expectWorkload({ ...DEFAULT_WORKLOAD, fileShare: Number.NaN })).toThrow(
      'workload.fileShare: expected a number of 0 to 1, found NaN',
    );
    expect(() => expectProfile({ ...PROFILE, limitFrames: 2 ** 32 })).toThrow(RefusedArgument);
  });
});
