/** Prices of bringing a microVM up: booted, or cloned from a template. Page faults of the guest come on top where they are counted. */
import type { BootOperation } from './names.ts';
import { oneFigure, type Price, threeFigures } from './price.ts';
import { FIRECRACKER_SPEC, REAP, RUND } from './source.ts';

export const BOOT_PRICES: Readonly<Record<BootOperation, Price>> = {
  vmmStart: threeFigures(
    {
      name: 'vmmStart',
      unit: 'VMM process',
      side: 'host',
      source: `[E] ${FIRECRACKER_SPEC}: wall 6 to 60 ms, typically 12`,
    },
    [6_000_000, 12_000_000, 60_000_000],
  ),
  kernelBoot: oneFigure(
    {
      name: 'kernelBoot',
      unit: 'boot to /sbin/init',
      side: 'guest',
      source: `[E] ${FIRECRACKER_SPEC}: at most 125 ms (128 MiB, 1 vCPU, no serial console); spread: single figure`,
      includes: ['hostFault4KiB', 'memmapInitPage'],
      note: 'measured on a real host, so the faults of booting are inside',
    },
    125_000_000,
  ),
  agentStart: threeFigures(
    {
      name: 'agentStart',
      unit: 'agent ready',
      side: 'guest',
      source: `typical [D] ${RUND}: one kata-fc start, 311 ms, less vmmStart, kernelBoot and 33 ms of container run; high [E] ${REAP}: 700 ms under containerd less the same; low: single-figure spread`,
      includes: ['bootSerial'],
      note: 'after a cold boot: init, rootfs device, agent, first contact. A clone has it in the template',
    },
    [89_000_000, 141_000_000, 530_000_000],
  ),
  templateClone: threeFigures(
    {
      name: 'templateClone',
      unit: 'clone of a booted VM',
      side: 'host',
      source: `low [S] Catalyzer, ASPLOS 2020: zygote start 5 ms; typical [D] ${RUND}: a whole RunD start, 84 ms, less vmmStart, containerCreate and the faults of the clone's working set, 25.6 ms; high [E] ${REAP}: restore without faults 50 ms, the VMM's start in it`,
      includes: ['cloneSerial'],
      note: 'to a running vCPU and an answering agent, without vmmStart and without the faults on the way there, which are counted one by one. So vmmStart, templateClone, the faults and containerCreate together are what RunD measures, 84 ms (88 in the paper)',
    },
    [5_000_000, 32_500_000, 50_000_000],
  ),
};
