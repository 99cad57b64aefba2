import { expect, it } from 'vitest';
import {
  COUNT_BLOCK_READS,
  COUNT_DEVICE_READS,
  HostFiles,
  HostMemory,
} from '../../../src/vmm/index.ts';
import { VmFiles } from '../../../src/vmm/vm-files.ts';

it('counts pages that come, and uses each file once until it leaves', () => {
  const host = new HostMemory(1000);
  const counted: [number, number][] = [];
  const files = new VmFiles(new HostFiles(host, 'double'), (...pages) => counted.push(pages));
  files.came('a', 10, 10);
  files.came('a', 5, 15);
  expect(counted).toEqual([
    [COUNT_BLOCK_READS, 10],
    [COUNT_DEVICE_READS, 10],
    [COUNT_BLOCK_READS, 5],
    [COUNT_DEVICE_READS, 5],
  ]);
  expect(host.heldFrames).toBe(15);
  files.leave();
  expect(host.heldFrames).toBe(0);
  files.useAgain();
  files.came('a', 0, 15);
  expect(host.heldFrames).toBe(15);
});
