import { expect, it } from 'vitest';
import { profilesOf } from '../../../src/replay/profiles.ts';
import { repairsOf } from '../../../src/replay/replay.ts';
import { DEFAULT_WORKLOAD, modelledProfile, profileOf } from '../../../src/serverless/index.ts';
import { readSessionFolder } from '../../../src/trace/index.ts';
import { SESSION_FILES } from '../../support/trace-folders.ts';
import { folderWith } from '../../support/folder.ts';
import { handTrace } from '../../support/traces.ts';

it('functions have the profile that follows from what the trace says of them', () => {
  const facts = { id: 0, name: 'hand', memoryMib: 40, averageMs: 100 };
  const trace = handTrace([[0, 100]], 60_000);
  expect(profilesOf(trace, DEFAULT_WORKLOAD)).toEqual([modelledProfile(facts)]);
  const shares = profilesOf(trace, DEFAULT_WORKLOAD, 'parametric');
  expect(shares).toEqual([profileOf(facts, DEFAULT_WORKLOAD)]);
});

it('sessions begin with their first figure and have room for their peak; none is raised or lowered', () => {
  const trace = readSessionFolder(folderWith(SESSION_FILES), { seed: 1 });
  const [profile] = profilesOf(trace, DEFAULT_WORKLOAD);
  expect(profile).toMatchObject({ workload: 'session', anonymousFrames: 1000, peakFrames: 2000 });
  expect(repairsOf(trace)).toMatchObject({ memoryRaised: 0, memoryLowered: 0 });
});
