/** scpv-fork: the frozen VM that others are forked from, and what they share with it. */

import { expect, it } from 'vitest';
import {
  CAUSE_ANONYMOUS,
  CAUSE_FILE_SHARED,
  CAUSE_VMM,
  newCounts,
} from '../../../../src/serverless/index.ts';
import {
  PROFILE,
  expectAccounted,
  makeSystem,
  systemWithClock,
} from '../../../support/serverless.ts';

it('boots a parent for the first fork, counts its memory once, and ends it with the last', () => {
  const { system } = systemWithClock('scpv-fork', { build: 'verify' });
  const { account } = system.host;
  const first = system.start(PROFILE);
  expect(first.operations['parent']).toMatchObject({
    vmmStart: 1,
    kernelBoot: 1,
    agentStart: 1,
    containerCreate: 1,
    functionInit: 1,
    vmFreeze: 1,
    hostFault4KiB: expect.any(Number) as number,
  });
  const second = system.start(PROFILE);
  expect(second.operations['parent']).toBeUndefined();
  const own = PROFILE.resumeWriteFrames;
  expect(account[CAUSE_ANONYMOUS]).toBe(PROFILE.anonymousFrames + 2 * own);
  expect(account[CAUSE_FILE_SHARED]).toBe(PROFILE.fileFrames);
  const { machine } = { machine: account[CAUSE_VMM] as number };
  expectAccounted(system);
  system.stop(first.container);
  expect(account[CAUSE_ANONYMOUS]).toBe(PROFILE.anonymousFrames + own);
  // the parent and the fork that is left
  expect(account[CAUSE_VMM]).toBe((machine / 3) * 2);
  system.stop(second.container);
  expect(system.host.heldFrames).toBeCloseTo(0, 6);
  expect(system.start(PROFILE).operations['parent']).toBeDefined();
});

it('lets forks wait until the parent is frozen, and none that come later', () => {
  const parentNs = 7_000_000;
  const { system, clock } = systemWithClock('scpv-fork', { workNs: () => parentNs });
  expect(system.start(PROFILE).waitNs).toBeUndefined();
  clock.advance(3_000_000);
  expect(system.start(PROFILE).waitNs).toBe(4_000_000);
  clock.advance(4_000_000);
  expect(system.start(PROFILE).waitNs).toBe(0);
});

it('boots a parent in its turn among the VMs of its host, and says when forks of it can start', () => {
  const contended = { delayNs: 2_000_000, delayMs: [1, 2, 3], operations: { bootPerVm: 4 } };
  let boots = 0;
  const bootTurn = (): typeof contended => {
    boots += 1;
    return contended;
  };
  const { system, clock } = systemWithClock('scpv-fork', { workNs: () => 7_000_000, bootTurn });
  expect(system.start(PROFILE).parent).toEqual({ readyInNs: 9_000_000, contended });
  clock.advance(3_000_000);
  const { waitNs, parent } = system.start(PROFILE);
  expect([waitNs, parent]).toEqual([6_000_000, { readyInNs: 6_000_000 }]);
  expect(boots).toBe(1);
});

it('forks write no more than clones of a snapshot do', () => {
  const [forked, restored] = ['scpv-fork', 'scpv-snapshot:memory'].map((name) => {
    const { container } = makeSystem(name).start(PROFILE);
    container.begin(newCounts(), newCounts());
    return container.vm.guest.core.privateFrames;
  });
  expect(forked).toBe(restored);
});
