/** The guests' files and the host's: who holds copies, and what a read takes. */
import { describe, expect, it } from 'vitest';
import { defaultMachine } from '../../../src/replay/index.ts';
import {
  CAUSE_FILE_SHARED,
  CAUSE_HOST_CACHE,
  CAUSE_PAGE_TABLES,
  COUNT_BLOCK_READS,
  COUNT_DEVICE_READS,
  COUNT_TEMPLATE_MAPS,
  type HostCache,
  SYSTEMS,
  type ServerlessSystem,
  type Start,
} from '../../../src/serverless/index.ts';
import { Clock } from '../../../src/time/index.ts';
import { PROFILE } from '../../support/serverless.ts';

const VMS = 3;

function systemOf(name: string, hostCache: HostCache): ServerlessSystem {
  const spec = SYSTEMS.find((one) => one.name === name);
  if (spec === undefined) throw new Error(`no system ${name}`);
  const machine = { ...defaultMachine(), hostCache, build: 'verify' as const };
  return spec.create({ machine, clock: new Clock() });
}

function startAll(system: ServerlessSystem): Start[] {
  return Array.from({ length: VMS }, () => system.start(PROFILE));
}

function reads(starts: readonly Start[], slot: number): number[] {
  return starts.map(({ counts }) => counts[slot] as number);
}

describe('files of three VMs with a container each', () => {
  const { fileFrames } = PROFILE;
  it.each([
    ['shared', VMS * fileFrames, 0],
    ['double', VMS * fileFrames, fileFrames],
    ['dax', 0, fileFrames],
  ] as const)('%s: guests hold %i frames of them, the host is charged %i', (mode, guests, host) => {
    const system = systemOf('scpv-template', mode);
    const starts = startAll(system);
    const { account } = system.host;
    expect([account[CAUSE_FILE_SHARED], account[CAUSE_HOST_CACHE]]).toEqual([guests, host]);
    for (const { container } of starts) system.stop(container);
    expect(system.host.heldFrames).toBeCloseTo(0, 6);
  });

  it('come over the block device each time, from the disk the first time', () => {
    const starts = startAll(systemOf('scpv-template', 'shared'));
    expect(reads(starts, COUNT_BLOCK_READS)).toEqual([fileFrames, fileFrames, fileFrames]);
    expect(reads(starts, COUNT_DEVICE_READS)).toEqual([fileFrames, 0, 0]);
  });

  it('are mapped under dax: a fault of the host a page and VM, page tables, nothing read twice', () => {
    const [shared, dax] = [systemOf('scpv-boot', 'shared'), systemOf('scpv-boot', 'dax')];
    startAll(shared);
    const starts = startAll(dax);
    expect(reads(starts, COUNT_TEMPLATE_MAPS)).toEqual([fileFrames, fileFrames, fileFrames]);
    expect(reads(starts, COUNT_BLOCK_READS)).toEqual([0, 0, 0]);
    expect(reads(starts, COUNT_DEVICE_READS)).toEqual([fileFrames, 0, 0]);
    const tables = [shared, dax].map(({ host }) => host.account[CAUSE_PAGE_TABLES] as number);
    expect(tables[1]).toBeCloseTo(tables[0] as number, 6);
  });
});

it('containers of one VM find the files that the first has read', () => {
  for (const mode of ['shared', 'double', 'dax'] as const) {
    const starts = startAll(systemOf('mcpv-czone', mode));
    const [, ...later] = starts;
    for (const slot of [COUNT_BLOCK_READS, COUNT_DEVICE_READS, COUNT_TEMPLATE_MAPS]) {
      expect(reads(later, slot).every((pages) => pages < PROFILE.fileFrames / 2)).toBe(true);
    }
    expect(reads(later, COUNT_DEVICE_READS)).toEqual([0, 0]);
    expect(reads(later, COUNT_BLOCK_READS)).toEqual([0, 0]);
  }
});
