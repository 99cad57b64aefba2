/** HyperAlloc's guests in a replay: limits by container, passes every 5 s, installs that calls wait for. */
import { describe, expect, it } from 'vitest';
import { NS_PER_S } from '../../../../src/abi/unit.ts';
import {
  ArgumentError,
  HyperAlloc,
  type ServerlessSystem,
  type Start,
  systemOf,
} from '../../../../src/serverless/index.ts';
import { PROFILE, expectAccounted, systemWithClock } from '../../../support/serverless.ts';

const HUGE = 512;
const SHARE = Math.ceil(PROFILE.limitFrames / HUGE) * HUGE;

function make(name = 'mcpv-hyperalloc'): ReturnType<typeof systemWithClock> {
  return systemWithClock(name, { build: 'verify' });
}

function deviceOf({ container }: Start): HyperAlloc {
  const [device] = container.vm.counted;
  if (!(device instanceof HyperAlloc)) throw new Error('no HyperAlloc');
  return device;
}

function gotBy(system: ServerlessSystem): number {
  const works = system.takeWork?.() ?? [];
  return works.reduce((sum, { request }) => sum + (request?.gotFrames ?? 0), 0);
}

describe('mcpv-hyperalloc', () => {
  it('the guest has the shares of the containers that are there, and no others', () => {
    const { system } = make();
    const first = system.start(PROFILE);
    const device = deviceOf(first);
    expect(device.takenFrames).toBe(3 * SHARE);
    const second = system.start(PROFILE);
    expect(device.takenFrames).toBe(2 * SHARE);
    expect(second.operations['grow']?.hyperallocReturn2MiB).toBe(SHARE / HUGE);
    const stop = system.stop(second.container);
    expect(stop.askedFrames).toBe(SHARE);
    expect(stop.gotFrames).toBeGreaterThan(SHARE / 2);
    expect(stop.operations.hyperallocReclaim2MiB).toBe(stop.gotFrames / HUGE);
    expectAccounted(system);
  });

  it('memory of a container that went is the host’s at once, or with the next pass', () => {
    const { system, clock } = make();
    const [first, second] = [system.start(PROFILE), system.start(PROFILE)];
    clock.advance(6 * NS_PER_S);
    system.takeWork?.();
    const { core } = first.container.vm.guest;
    const before = core.privateFrames;
    system.stop(second.container);
    clock.advance(5 * NS_PER_S);
    gotBy(system);
    expect(before - core.privateFrames).toBeGreaterThan(PROFILE.anonymousFrames / 2);
    expectAccounted(system);
  });

  it('passes are booked as work that nobody waits for, with what they got', () => {
    const { system, clock } = make('mcpv-hyperalloc:1s');
    const start = system.start(PROFILE);
    const before = start.container.vm.guest.core.privateFrames;
    clock.advance(1.5 * NS_PER_S);
    const got = gotBy(system);
    expect(got).toBe(before - start.container.vm.guest.core.privateFrames);
    expect(deviceOf(start).model.counters.passes).toBe(1);
  });

  it('a container that comes after a pass waits for installs, not for faults of the host', () => {
    const { system, clock } = make();
    system.start(PROFILE);
    clock.advance(6 * NS_PER_S);
    system.takeWork?.();
    const second = system.start(PROFILE);
    const installs = second.operations['grow']?.hyperallocInstall2MiB ?? 0;
    expect(installs).toBeGreaterThanOrEqual(Math.floor(PROFILE.anonymousFrames / HUGE) - 8);
    expectAccounted(system);
  });

  it('takes a time between passes', () => {
    expect(systemOf('mcpv-hyperalloc:500ms').name).toBe('mcpv-hyperalloc:500ms');
    for (const text of ['mcpv-hyperalloc:0s', 'mcpv-hyperalloc:soon', 'mcpv-hyperalloc:']) {
      expect(() => systemOf(text)).toThrow(ArgumentError);
    }
  });
});
