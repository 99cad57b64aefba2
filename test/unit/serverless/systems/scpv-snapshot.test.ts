/** scpv-snapshot: what clones of a function's image write, read and share. */

import { describe, expect, it } from 'vitest';
import { scattered } from '../../../../src/guest/scattered.ts';
import {
  ArgumentError,
  CAUSE_ANONYMOUS,
  CAUSE_FILE_SHARED,
  CAUSE_GUEST_OS,
  CAUSE_HOST_CACHE,
  COUNT_HOST_FAULTS,
  COUNT_TEMPLATE_COPIES,
  COUNT_TEMPLATE_MAPS,
  newCounts,
  systemOf,
} from '../../../../src/serverless/index.ts';
import {
  PROFILE,
  expectAccounted,
  makeSystem,
  systemWithClock,
  vmCount,
} from '../../../support/serverless.ts';

/** Pages of the heap that a clone has written after its first call. */
function writtenAfterCall(): number {
  const { anonymousFrames, resumeFrames, resumeWriteFrames, callWriteFrames } = PROFILE;
  const written = new Set<number>();
  const heap = { pages: anonymousFrames, touched: resumeFrames, written: resumeWriteFrames };
  scattered(heap, (start, count, write) => {
    if (!write) return;
    for (let page = start; page < start + count; page += 1) written.add(page);
  });
  for (let page = 0; page < callWriteFrames; page += 1) written.add(page);
  return written.size;
}

describe('a clone', () => {
  it('writes what its function’s profile says of a resume and a call, and no more', () => {
    const { system } = systemWithClock('scpv-snapshot:memory', { build: 'verify' });
    const { account } = system.host;
    const { container } = system.start(PROFILE);
    const shared = account[CAUSE_ANONYMOUS] as number;
    expect(shared).toBe(PROFILE.anonymousFrames + PROFILE.resumeWriteFrames);
    expect(account[CAUSE_FILE_SHARED]).toBe(PROFILE.fileFrames);
    const counts = newCounts();
    container.begin(counts, newCounts());
    expect(account[CAUSE_ANONYMOUS]).toBe(
      PROFILE.anonymousFrames + writtenAfterCall() + PROFILE.callTemporaryFrames,
    );
    expect(counts[COUNT_TEMPLATE_COPIES]).toBeGreaterThan(0);
    container.end(newCounts(), newCounts());
    const warm = newCounts();
    container.begin(warm, newCounts());
    for (const slot of [COUNT_TEMPLATE_COPIES, COUNT_TEMPLATE_MAPS, COUNT_HOST_FAULTS]) {
      expect(warm[slot]).toBe(0);
    }
    expectAccounted(system);
  });

  it('makes the guest OS write what resumed ones are known to write', () => {
    const system = makeSystem('scpv-snapshot:memory');
    system.start(PROFILE);
    const before = system.host.account[CAUSE_GUEST_OS] as number;
    system.start(PROFILE);
    const { kernel } = [...system.vms()][0]?.guest.config ?? {};
    const written = (system.host.account[CAUSE_GUEST_OS] as number) - before;
    expect(Math.abs(written - (kernel?.cloneWrittenFrames ?? 0))).toBeLessThan(3);
  });

  it('starts without a container, a runtime or a kernel to start', () => {
    const { operations, container } = makeSystem('scpv-snapshot').start(PROFILE);
    expect(container.vm.startOperations).toEqual({
      vmm: { vmmStart: 1 },
      clone: { snapshotLoad: 1 },
    });
    expect(Object.keys(operations)).toEqual(['memory']);
  });
});

describe('an image on disk', () => {
  it('is read for its first clone, and found by the second', () => {
    const { system } = systemWithClock('scpv-snapshot', { build: 'verify' });
    const first = system.start(PROFILE);
    const read = system.host.account[CAUSE_HOST_CACHE] as number;
    expect(first.operations['memory']?.imageRead4KiB).toBeLessThanOrEqual(read);
    expect(read).toBeGreaterThan(PROFILE.resumeFrames);
    const second = system.start(PROFILE);
    expect(second.operations['memory']).toBeUndefined();
    expect(system.host.account[CAUSE_HOST_CACHE]).toBe(read);
    expectAccounted(system);
    for (const { container } of [first, second]) system.stop(container);
    expect(system.host.heldFrames).toBeCloseTo(0, 6);
    expect(vmCount(system)).toBe(0);
  });
});

describe('a working set', () => {
  it('is recorded up to the end of the first call: then that call meets nothing in the next clone', () => {
    const { system } = systemWithClock('scpv-snapshot:working-set', { build: 'verify' });
    const first = system.start(PROFILE).container;
    first.begin(newCounts(), newCounts());
    const early = system.start(PROFILE).container;
    expect(early.vm.startOperations['clone']).toEqual({ snapshotLoad: 1 });
    first.end(newCounts(), newCounts());
    const next = system.start(PROFILE).container;
    const { imageInstall4KiB = 0 } = next.vm.startOperations['clone'] ?? {};
    expect(imageInstall4KiB).toBeGreaterThan(PROFILE.resumeFrames);
    next.vm.takeOperations();
    next.begin(newCounts(), newCounts());
    next.end(newCounts(), newCounts());
    expect(next.vm.takeOperations()).toBeUndefined();
    expect(next.vm.guest.core.sharedFrames).toBe(0);
    expectAccounted(system);
  });
});

function privateFrames(name: string): number {
  const { system } = systemWithClock(name, { build: 'verify' });
  const { vm } = system.start(PROFILE).container;
  expectAccounted(system);
  return vm.guest.core.privateFrames;
}

it('holds several times as much with 2 MiB pages as with 4 KiB: each written page takes 2 MiB', () => {
  const small = privateFrames('scpv-snapshot:memory/4k');
  const large = privateFrames('scpv-snapshot:memory/2m');
  expect(large / small).toBeGreaterThan(5);
});

it('takes one word of each pair, in any order', () => {
  expect(systemOf('scpv-snapshot:2m/memory').name).toBe('scpv-snapshot:2m/memory');
  for (const text of ['', '1g', 'disk/memory', '4k/4k', 'lazy/', 'toString']) {
    expect(() => systemOf(`scpv-snapshot:${text}`), text).toThrow(ArgumentError);
  }
});
