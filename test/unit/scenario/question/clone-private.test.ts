/** What a clone has to itself, by how it came to be. */
import { expect, it } from 'vitest';
import { cloneRow } from '../../../../src/scenario/question/clone-private.ts';

function mib(system: string, column = 'startedMib'): number {
  return Number(cloneRow(system, 'python')[column]);
}

it('less the later its image was taken, and more the larger its pages are or where nothing is shared', () => {
  const lazy = mib('scpv-snapshot:memory/4k');
  expect(mib('scpv-template')).toBeLessThan(mib('scpv-boot'));
  expect(lazy).toBeLessThan(mib('scpv-template') / 4);
  expect(mib('scpv-fork')).toBe(lazy);
  expect(mib('scpv-snapshot:memory/2m')).toBeGreaterThan(5 * lazy);
  expect(mib('scpv-snapshot:memory/working-set')).toBeGreaterThan(lazy);
  expect(mib('scpv-snapshot:memory/working-set', 'sharedMib')).toBe(0);
});

it('a working set is what a call reads of files, and not all of them', () => {
  for (const runtime of ['python', 'node']) {
    const [lazy, eager] = ['4k', 'working-set'].map((how) =>
      cloneRow(`scpv-snapshot:memory/${how}`, runtime),
    );
    const touched = Number(lazy!['sharedMib']) + Number(lazy!['calledMib']);
    expect(eager!['startedMib']).toBeGreaterThan(touched / 2);
    expect(eager!['startedMib']).toBeLessThan(1.5 * touched);
  }
});

it('grows with calls and never shrinks', () => {
  const row = cloneRow('scpv-snapshot:memory/4k', 'node');
  expect(row['calledMib']).toBeGreaterThan(row['startedMib'] as number);
  expect(row['lastMib']).toBeGreaterThan(row['calledMib'] as number);
});
