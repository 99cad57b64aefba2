/** Which policies leave a working guest alone, and which starve it. */
import { beforeAll, describe, expect, it } from 'vitest';
import {
  BALLOON_POLICIES,
  type BalloonPolicyName,
  policyRow,
} from '../../../../src/scenario/question/balloon-policy.ts';
import type { ScenarioRow } from '../../../../src/scenario/index.ts';

const rows = new Map<BalloonPolicyName, ScenarioRow>();
beforeAll(() => {
  for (const policy of BALLOON_POLICIES) rows.set(policy, policyRow(policy));
}, 60_000);

function figure(policy: BalloonPolicyName, field: string): number {
  return Number(rows.get(policy)?.[field]);
}

describe('balloon policies over a working guest', () => {
  it('read nothing again where nothing is inflated', () => {
    expect(rows.get('none')).toMatchObject({ balloonMib: 0, readAgainMib: 0, shortSeconds: 0 });
  });

  it('starve it when the floor is below its working set: short all the time, files read every second', () => {
    expect(figure('keep-128', 'shortSeconds')).toBe(120);
    expect(figure('keep-128', 'emptyHanded')).toBeGreaterThan(100);
    // 60 seconds of work, 192 MiB of files in each
    expect(figure('keep-128', 'readAgainMib')).toBe(60 * 192);
  });

  it('spare it when they hold memory free for what comes next', () => {
    expect(figure('stepped', 'readAgainMib')).toBe(0);
    expect(figure('stepped', 'shortSeconds')).toBe(0);
  });

  it('do not have tasks killed: a balloon deflates on OOM', () => {
    for (const policy of BALLOON_POLICIES) expect(figure(policy, 'failedSeconds')).toBe(0);
  });
});
