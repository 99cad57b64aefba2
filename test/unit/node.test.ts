import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  SYSTEMS,
  type TraceFunction,
  type FunctionProfile,
  measuredOf,
  measuredProfile,
  parseProfile,
  replay,
} from '../../src/node.ts';
import { shortTrace } from '../support/traces.ts';

const FILE = 'recorder/profiles/compression-mjs.json';
const BOOT = SYSTEMS.slice(0, 1);

/** Frames that a host holds at most for one call of a function that has that profile. */
const peak = async (
  profile: (of: TraceFunction, made: FunctionProfile) => FunctionProfile,
): Promise<number> => {
  const { systems } = await replay(shortTrace([[0, 0, 500]]), {
    systems: BOOT,
    seed: 1,
    profile,
  });
  return systems[0]?.peakFrames ?? 0;
};

it('a function of one’s own is replayed by the profile of its recording', async () => {
  const own = measuredOf(parseProfile(FILE, readFileSync(FILE, 'utf8')));
  const once = await peak((of) => measuredProfile(of, own));
  const [one = 0, ten = 0, hundred = 0] = own.files.map((pages) => pages + 1000);
  const more = { ...own, file: own.file + 1000, files: [one, ten, hundred] as const };
  expect((await peak((of) => measuredProfile(of, more))) - once).toBeGreaterThanOrEqual(1000);
  expect(once).not.toBe(await peak((_, made) => made));
});
