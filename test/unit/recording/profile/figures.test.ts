import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { figuresOf, parseProfile } from '../../../../src/recording/index.ts';

const FILE = 'recorder/profiles/compression-py.json';
const PROFILE = parseProfile(FILE, readFileSync(FILE, 'utf8'));

it('what adds up over a life is a mean, what one call does a median', () => {
  const figures = figuresOf(PROFILE);
  const [start, first, tenth, hundredth] = PROFILE.course;
  expect(figures).toMatchObject({
    name: 'compression.py',
    file: start?.file.most,
    anonymous: Math.round(start!.anonymous.mean),
    startFreed: Math.round(start!.freed.mean),
    grown: [first, tenth, hundredth].map((point) => Math.round(point!.anonymous.mean)),
    held: PROFILE.calls[2]?.held.median,
    first: { touched: PROFILE.calls[0]?.touchedAnonymous.median },
  });
});

it('what calls gave back is counted from when it was ready', () => {
  const { callsFreed, held } = figuresOf(PROFILE);
  // each call maps and unmaps 690 pages
  expect(callsFreed[2] - callsFreed[1]).toBe(90 * held);
});

it('of a fork’s own pages those are told apart that its first call brought', () => {
  const [begun, first] = PROFILE.fork;
  expect(figuresOf(PROFILE).fork).toEqual({
    written: first?.copied,
    brought: first!.anonymous - begun!.anonymous,
  });
  expect(figuresOf({ ...PROFILE, fork: [] })).not.toHaveProperty('fork');
});
