import { expect, it } from 'vitest';
import { defaultMachine } from '../../../../src/replay/index.ts';
import { CAUSE_IDLE_UNUSED, COUNT_HOST_FAULTS } from '../../../../src/serverless/index.ts';
import { makeSystem, PROFILE } from '../../../support/serverless.ts';

it('mcpv-static leaves a dead container’s memory backed; mcpv-czone returns all of it', () => {
  const left = ['mcpv-static', 'mcpv-czone'].map((name) => {
    const system = makeSystem(name);
    const [, second] = [system.start(PROFILE), system.start(PROFILE)];
    const idle = (): number => system.host.account[CAUSE_IDLE_UNUSED] as number;
    const { frames } = second.container.vm.guest.memory;
    const [idleBefore, tablesBefore] = [idle(), frames.pageTables];
    const stop = system.stop(second.container);
    return { grown: idle() - idleBefore, tables: tablesBefore - frames.pageTables, stop };
  });
  // the container's kernel memory and its page tables lie in the kernel's zones
  const kept = defaultMachine().containerKernelFrames + (left[1]?.tables ?? 0);
  expect(left[1]?.tables).toBeGreaterThan(PROFILE.anonymousFrames / 512);
  expect(left.map(({ grown }) => grown)).toEqual([PROFILE.anonymousFrames + kept, kept]);
  const got = left.map(({ stop }) => [stop.askedFrames, stop.gotFrames]);
  expect(got).toEqual([
    [0, 0],
    [PROFILE.anonymousFrames, PROFILE.anonymousFrames],
  ]);
});

it('mcpv-static reuses most of what a dead container left without a host fault', () => {
  const system = makeSystem('mcpv-static');
  const [, second] = [system.start(PROFILE), system.start(PROFILE)];
  system.stop(second.container);
  const third = system.start(PROFILE);
  expect(third.counts[COUNT_HOST_FAULTS]).toBeLessThan(PROFILE.anonymousFrames / 2);
});
