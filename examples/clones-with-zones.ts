// Clones a template 100 times, with two containers in each in CZones of their own, and kills half of them.

import { CZoneVirtio, Process, Vmm, guestConfig, hotplugStart, vmmFootprint } from 'guestmem';

const MIB = 256; // frames
const region = { start: hotplugStart(128 * MIB), frames: 256 * MIB, blockFrames: 2 * MIB };
const config = guestConfig({ memoryFrames: 128 * MIB, region });
const vmm = new Vmm({ hostFrames: 65_536 * MIB, footprint: vmmFootprint() });
const container = { cpu: 0, kernelFrames: 2 * MIB, mappedPages: 48 * MIB };
const kills: (() => void)[] = [];
for (let at = 0; at < 100; at += 1) {
  const vm = vmm.clone(config)!;
  const device = new CZoneVirtio(vm, vmm.clock);
  for (const owner of [0, 1]) {
    const czone = device.zones.create(owner, 64 * MIB);
    const process = new Process(vm.guest, { ...container, czone });
    process.touch(0, 40 * MIB, true);
    if (owner === 0) kills.push(() => process.exit() && device.reclaimPool());
  }
}
vmm.advance(1e9);
console.log('before:', vmm.host.byCause);
for (const kill of kills) kill();
vmm.advance(1e9);
console.log('after:', vmm.host.byCause);
