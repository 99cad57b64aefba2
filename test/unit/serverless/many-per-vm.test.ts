import { expect, it } from 'vitest';
import { CAUSE_FILE_SHARED } from '../../../src/serverless/index.ts';
import { makeSystem, PROFILE, systemWithClock, vmCount } from '../../support/serverless.ts';

it('puts containers of a function into one VM until it is full, and shares its files', () => {
  for (const name of ['mcpv-static', 'mcpv-czone']) {
    const system = makeSystem(name);
    const starts = [0, 1, 2, 3, 4].map(() => system.start(PROFILE));
    expect(starts.map((start) => start.newVm)).toEqual([true, false, false, false, true]);
    expect(vmCount(system)).toBe(2);
    expect(system.host.account[CAUSE_FILE_SHARED]).toBe(2 * PROFILE.fileFrames);
  }
});

it('has one machine for all VMs of a function', () => {
  const system = makeSystem('mcpv-czone');
  for (let started = 0; started < 5; started += 1) system.start(PROFILE);
  const [first, second] = [...system.vms()].map(({ guest }) => guest.config);
  expect(first).toBeDefined();
  expect(second).toBe(first);
});

it('keeps containers of different functions in different VMs', () => {
  const system = makeSystem('mcpv-static');
  const other = { ...PROFILE, id: 1, name: 'g' };
  expect([PROFILE, other, PROFILE].map((profile) => system.start(profile).newVm)).toEqual([
    true,
    true,
    false,
  ]);
  expect(vmCount(system)).toBe(2);
});

it('ends a VM with its last container, whichever that is, and starts another when one is needed', () => {
  const system = makeSystem('mcpv-static');
  const [first, second] = [system.start(PROFILE), system.start(PROFILE)];
  system.stop(first.container);
  expect(vmCount(system)).toBe(1);
  const { askedFrames, gotFrames } = system.stop(second.container);
  expect([askedFrames, gotFrames, vmCount(system)]).toEqual([0, 0, 0]);
  expect(system.start(PROFILE).newVm).toBe(true);
});

it('gives a room that was left to the next container', () => {
  const system = makeSystem('mcpv-static');
  const starts = [0, 1, 2, 3].map(() => system.start(PROFILE));
  const [, second] = starts;
  if (second !== undefined) system.stop(second.container);
  expect([system.start(PROFILE).newVm, system.start(PROFILE).newVm]).toEqual([false, true]);
});

const takeFirst = { choose: <T>(rooms: readonly T[]): T | undefined => rooms[0] };

it('refuses the choice of a policy that takes a full VM', () => {
  const { system } = systemWithClock('mcpv-static', { placement: () => takeFirst });
  for (let started = 0; started < 4; started += 1) system.start(PROFILE);
  expect(() => system.start(PROFILE)).toThrow(
    'placement: expected the choice of a VM with fewer than 4 containers, found 4',
  );
});
