/** Free page reporting of a VM: what an ended container left comes back by itself, some time later. */
import { describe, expect, it } from 'vitest';
import { NS_PER_MS, NS_PER_S } from '../../../../src/abi/unit.ts';
import {
  CAUSE_IDLE_UNUSED,
  COUNT_RELEASED_PAGES,
  Reporting,
  type DeviceWork,
} from '../../../../src/serverless/index.ts';
import { expectAccounted, PROFILE, systemWithClock } from '../../../support/serverless.ts';

interface Left {
  readonly works: readonly DeviceWork[];
  readonly device: Reporting;
  readonly idleFrames: number;
}

/** Two containers, of which one goes; then so much time. */
function leave(name: string, delayNs: number): Left {
  const { system, clock } = systemWithClock(name, { build: 'verify' });
  const [first, second] = [system.start(PROFILE), system.start(PROFILE)];
  clock.advance(10 * NS_PER_S);
  system.takeWork?.();
  const stop = system.stop(second.container);
  expect([stop.askedFrames, stop.gotFrames]).toEqual([0, 0]);
  clock.advance(delayNs);
  expectAccounted(system);
  const [device] = first.container.vm.counted;
  if (!(device instanceof Reporting)) throw new Error('no reporting');
  const works = system.takeWork?.() ?? [];
  return { works, device, idleFrames: system.host.account[CAUSE_IDLE_UNUSED] as number };
}

function got({ works }: Left): number {
  return works.reduce((sum, { request }) => sum + (request?.gotFrames ?? 0), 0);
}

describe('mcpv-reporting', () => {
  it('gives nothing for two seconds, then what lies in large blocks', () => {
    expect(got(leave('mcpv-reporting', 1.9 * NS_PER_S))).toBe(0);
    const [early, late] = [1.9, 10].map((s) => leave('mcpv-reporting', s * NS_PER_S)) as [
      Left,
      Left,
    ];
    expect(got(late)).toBeGreaterThan(PROFILE.anonymousFrames / 2);
    expect(late.idleFrames).toBe(early.idleFrames - got(late));
  });

  it('says what was reported, and counts what had host memory as the guest’s core does', () => {
    const { works, device } = leave('mcpv-reporting', 10 * NS_PER_S);
    const all = works.map(({ request }) => request);
    for (const request of all) {
      expect(request?.askedFrames).toBeGreaterThanOrEqual(request?.gotFrames ?? 0);
      expect(request?.gotFrames).toBe(request?.counts[COUNT_RELEASED_PAGES]);
      expect(request?.operations.reportRange).toBeGreaterThan(0);
    }
    const { reportRequests, reportedPages } = device.balloon.model.counters;
    expect(reportRequests).toBeGreaterThan(0);
    expect(reportedPages).toBeGreaterThanOrEqual(
      all.reduce((sum, request) => sum + (request?.askedFrames ?? 0), 0),
    );
  });

  it('takes its order and its delay: smaller blocks give more, a shorter delay gives sooner', () => {
    const [large, small] = ['mcpv-reporting:10/2s', 'mcpv-reporting:0/2s'].map((name) =>
      leave(name, 30 * NS_PER_S),
    ) as [Left, Left];
    expect(small.idleFrames).toBeLessThan(large.idleFrames);
    expect(got(leave('mcpv-reporting:9/100ms', 150 * NS_PER_MS))).toBeGreaterThan(0);
  });
});
