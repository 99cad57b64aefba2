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
  HostFiles,
  HostMemory,
  HostOutOfMemory,
  SYSTEMS,
  type ServerlessSystem,
  type Start,
} from '../../../src/serverless/index.ts';
import { Clock } from '../../../src/time/index.ts';
import { PROFILE } from '../../support/serverless.ts';

function filesOf(mode: 'shared' | 'double' | 'dax', capacity = 1000): [HostFiles, () => number] {
  const host = new HostMemory(capacity);
  return [new HostFiles(host, mode), () => host.account[CAUSE_HOST_CACHE] as number];
}

describe('files on the host', () => {
  it('are read from its device once, whoever reads them', () => {
    const [files] = filesOf('shared');
    files.use('a');
    expect([files.read('a', 100), files.read('a', 100), files.read('a', 130)]).toEqual([
      100, 0, 30,
    ]);
    files.use('a');
    expect(files.read('a', 130)).toBe(0);
    files.leave(['a']);
    files.leave(['a']);
    files.use('a');
    expect(files.read('a', 130)).toBe(0);
  });

  it('are charged once while a VM uses them, where its copy is charged at all', () => {
    for (const [mode, held] of [
      ['shared', 0],
      ['double', 1],
      ['dax', 1],
    ] as const) {
      const [files, charged] = filesOf(mode);
      for (const name of ['a', 'a', 'b']) files.use(name);
      files.read('a', 100);
      files.read('a', 100);
      files.read('b', 10);
      expect(charged()).toBe(110 * held);
      files.leave(['a', 'b']);
      expect(charged()).toBe(100 * held);
      files.leave(['a']);
      expect(charged()).toBe(0);
    }
  });

  it('need room on the host', () => {
    const [files] = filesOf('double', 50);
    files.use('a');
    expect(() => files.read('a', 51)).toThrow(HostOutOfMemory);
  });
});

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
