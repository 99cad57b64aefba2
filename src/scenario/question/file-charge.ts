// Question 8: where is file cache charged with virtio-blk, virtio-fs and DAX? Several VMs read the same files: in the guest a
// copy is the VM's memory, on the host it is whoever's cgroup read it first; with DAX there is only the host's.

import { FRAMES_PER_MIB } from '../../abi/unit.ts';
import {
  CAUSES,
  CAUSE_FILE_SHARED,
  CAUSE_HOST_CACHE,
  COUNT_BLOCK_READS,
  COUNT_DEVICE_READS,
  COUNT_TEMPLATE_MAPS,
  HOST_CACHES,
  type HostCache,
  type MicroVm,
  Vmm,
  newCounts,
  operationsOf,
} from '../../vmm/index.ts';
import { guestConfig, vmmFootprint } from '../guest.ts';
import { type Scenario, type ScenarioRow, rowsOf } from '../scenario.ts';
import { SANDBOX_MIB, mibOf, msOf } from './sandbox.ts';

const FILES_MIB = 200;
const VMS = [1, 8];
const READS = [COUNT_BLOCK_READS, COUNT_DEVICE_READS, COUNT_TEMPLATE_MAPS];

/** What each path is called where it is set up. */
const PATHS: Readonly<Record<HostCache, string>> = {
  shared: 'virtio-blk or virtio-fs, host cache not charged',
  double: 'virtio-blk or virtio-fs, buffered on the host',
  dax: 'virtio-fs or pmem with DAX',
};

/** So many VMs read the same 200 MiB, one after the other. */
export function chargeRow(hostCache: HostCache, vms: number): ScenarioRow {
  const vmm = new Vmm({ hostFrames: Infinity, footprint: vmmFootprint(), hostCache });
  const size = { memoryFrames: SANDBOX_MIB * FRAMES_PER_MIB };
  const started = Array.from({ length: vms }, () => vmm.start(guestConfig(size), true));
  for (const vm of started) vm.settle(newCounts());
  const before = Float64Array.from(vmm.host.account);
  const readMs = started.map((vm) => readAll(vm));
  const grown = (cause: number): number =>
    mibOf((vmm.host.account[cause] as number) - (before[cause] as number));
  const all = CAUSES.reduce((sum, _, cause) => sum + grown(cause), 0);
  const row = {
    path: PATHS[hostCache],
    hostCache,
    vms,
    readMib: vms * FILES_MIB,
    inGuestsMib: grown(CAUSE_FILE_SHARED),
    inHostCacheMib: grown(CAUSE_HOST_CACHE),
    otherMib: all - grown(CAUSE_FILE_SHARED) - grown(CAUSE_HOST_CACHE),
    mibPerVm: all / vms,
    firstReadMs: readMs[0] ?? 0,
    lastReadMs: readMs.at(-1) ?? 0,
  };
  for (const vm of started) vmm.stop(vm);
  return row;
}

function readAll(vm: MicroVm): number {
  vm.guest.files.read('layer', FILES_MIB * FRAMES_PER_MIB, 0);
  const counts = newCounts();
  vm.settle(counts);
  return msOf(operationsOf(counts, READS));
}

export const CHARGE_SCENARIO: Scenario = {
  name: 'file-charge',
  sentence:
    'Question 8: where is file cache charged with virtio-blk, virtio-fs and DAX? One VM and eight read the same 200 MiB.',
  run: (_, told) =>
    rowsOf(
      HOST_CACHES.flatMap((hostCache) => VMS.map((vms) => [hostCache, vms] as const)),
      ([hostCache, vms]) => chargeRow(hostCache, vms),
      told,
    ),
};
