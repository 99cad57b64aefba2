import { expect, it } from 'vitest';
import { FRAMES_PER_MIB } from '../../../src/abi/unit.ts';
import { sessionProfile } from '../../../src/serverless/index.ts';

it('a session’s container begins with its first figure, may come to its peak, and its call does nothing', () => {
  const facts = { id: 3, name: 's', firstFrames: 10, peakFrames: 1776 * FRAMES_PER_MIB };
  const profile = sessionProfile(facts);
  expect(profile).toMatchObject({
    id: 3,
    name: '3:s',
    workload: 'session',
    anonymousFrames: 10,
    peakFrames: facts.peakFrames,
    fileFrames: 0,
    limitFrames: 1792 * FRAMES_PER_MIB,
    callWriteFrames: 0,
    callReadFrames: 0,
    callFileFrames: 0,
    callTemporaryFrames: 0,
  });
});

it('its limit has room for the peak and what a fork copies, in whole memory blocks', () => {
  for (const mib of [1, 127.9, 128, 5000]) {
    const peakFrames = Math.round(mib * FRAMES_PER_MIB);
    const { limitFrames } = sessionProfile({ id: 0, name: 's', firstFrames: 0, peakFrames });
    expect(limitFrames).toBeGreaterThanOrEqual(peakFrames + 64);
    expect(limitFrames - peakFrames - 64).toBeLessThan(128 * FRAMES_PER_MIB);
    expect(limitFrames % (128 * FRAMES_PER_MIB)).toBe(0);
  }
});
