/** The balloon of a VM: as large as the containers that are not there, by steps on the clock, over real rings. */
import { describe, expect, it } from 'vitest';
import {
  Balloon,
  CAUSE_GUEST_OS,
  CAUSE_IDLE_UNUSED,
  COUNT_RELEASED_PAGES,
  type Start,
  newCounts,
} from '../../../../src/serverless/index.ts';
import { expectAccounted, PROFILE, systemWithClock } from '../../../support/serverless.ts';

const LIMIT = PROFILE.limitFrames;
const STEP = 1024;

function balloonOf({ container }: Start): Balloon {
  const [balloon] = container.vm.counted;
  if (!(balloon instanceof Balloon)) throw new Error('no balloon');
  return balloon;
}

describe('mcpv-balloon', () => {
  it('inflates for the containers that are not there, and says what it asked, got and took', () => {
    const { system, clock } = systemWithClock('mcpv-balloon', { build: 'verify' });
    const start = system.start(PROFILE);
    const balloon = balloonOf(start);
    expect(balloon.actualPages).toBe(0);
    clock.advance(1);
    const works = system.takeWork?.() ?? [];
    expect(works).toHaveLength((3 * LIMIT) / STEP);
    const request = works.at(-1)?.request;
    expect([request?.askedFrames, request?.gotFrames]).toEqual([3 * LIMIT, 3 * LIMIT]);
    expect(request?.operations.balloonInflatePage).toBe(3 * LIMIT);
    const { core } = start.container.vm.guest;
    expect([balloon.actualPages, core.balloon.heldFrames]).toEqual([3 * LIMIT, 3 * LIMIT]);
    expectAccounted(system);
  });

  it('tells the device of all that in messages of 256 pages', () => {
    const { system, clock } = systemWithClock('mcpv-balloon');
    const balloon = balloonOf(system.start(PROFILE));
    clock.advance(1);
    const { inflateRequests, inflatedPages } = balloon.model.counters;
    expect([inflateRequests, inflatedPages]).toEqual([(3 * LIMIT) / 256, 3 * LIMIT]);
    expect(balloon.exits).toBeGreaterThanOrEqual(inflateRequests);
  });

  it('deflates by a limit before a start, and takes what an ended one had', () => {
    const { system, clock } = systemWithClock('mcpv-balloon', { build: 'verify' });
    const first = system.start(PROFILE);
    clock.advance(1);
    const second = system.start(PROFILE);
    expect(second.operations['grow']?.balloonDeflatePage).toBe(LIMIT);
    expect(second.operations['grow']?.balloonInflatePage).toBe(0);
    system.takeWork?.();
    const idle = (): number => system.host.account[CAUSE_IDLE_UNUSED] as number;
    const before = idle();
    const stop = system.stop(second.container);
    expect([stop.askedFrames, stop.gotFrames]).toEqual([0, 0]);
    expect(idle() - before).toBeGreaterThan(PROFILE.anonymousFrames);
    clock.advance(1);
    const request = system.takeWork?.().at(-1)?.request;
    expect(request?.gotFrames).toBe(LIMIT);
    const released = request?.counts[COUNT_RELEASED_PAGES] as number;
    expect(released).toBeGreaterThan(PROFILE.anonymousFrames / 2);
    expect(idle() - before).toBeLessThan(PROFILE.anonymousFrames / 2);
    expectAccounted(system);
    system.stop(first.container);
    expect(system.host.heldFrames).toBeCloseTo(0, 6);
  });

  it('takes the time of its pages: a start in the middle deflates no more than there is', () => {
    const pageNs = 1000;
    const { system, clock } = systemWithClock('mcpv-balloon', {
      workNs: ({ balloonInflatePage = 0, balloonDeflatePage = 0 }) =>
        (balloonInflatePage + balloonDeflatePage) * pageNs,
    });
    const balloon = balloonOf(system.start(PROFILE));
    clock.advance(2.5 * STEP * pageNs);
    expect(balloon.actualPages).toBe(3 * STEP);
    const second = system.start(PROFILE);
    expect(second.waitNs).toBeCloseTo(0.5 * STEP * pageNs, 3);
    expect(second.operations['grow']).toBeUndefined();
    clock.advance(LIMIT * 4 * pageNs);
    expect(balloon.actualPages).toBe(2 * LIMIT);
    const [third, fourth] = [system.start(PROFILE), system.start(PROFILE)];
    expect([third.waitNs, fourth.waitNs]).toEqual([0, LIMIT * pageNs]);
    expect(balloon.actualPages).toBe(0);
  });

  it('writes struct pages of what it takes: a clone has them for itself then', () => {
    const { system, clock } = systemWithClock('mcpv-balloon');
    const guestOs = (): number => system.host.account[CAUSE_GUEST_OS] as number;
    const { container } = system.start(PROFILE);
    const before = guestOs();
    clock.advance(1);
    container.vm.settle(newCounts());
    // 64 bytes a page
    expect(guestOs() - before).toBeGreaterThanOrEqual(Math.floor((3 * LIMIT) / 64) - 1);
  });
});
