// A CZone of an idle container gives blocks to a neighbour that has none left: nothing of the host's is needed for it.

import {
  CZoneVirtio,
  Process,
  Vmm,
  guestConfig,
  hotplugStart,
  shrinkWhenIdle,
  vmmFootprint,
} from 'guestmem';

const MIB = 256; // frames
const region = { start: hotplugStart(128 * MIB), frames: 64 * MIB, blockFrames: 2 * MIB };
const vmm = new Vmm({ hostFrames: 4096 * MIB, footprint: vmmFootprint() });
const vm = vmm.start(guestConfig({ memoryFrames: 128 * MIB, region }));
const device = new CZoneVirtio(vm, vmm.clock);
const container = { cpu: 0, kernelFrames: MIB, mappedPages: 64 * MIB };
const [idle, busy] = [0, 1].map((owner) => device.zones.create(owner, 64 * MIB));
const process = new Process(vm.guest, { ...container, czone: idle! });
process.touch(0, 50 * MIB, true);
process.free(10 * MIB, 40 * MIB);
const since = vmm.clock.nowNs;

const show = (when: string) =>
  console.log(
    `${when}: ${device.zones.view(idle!).blocks} and ${device.zones.view(busy!).blocks} blocks`,
  );
show('after a call');
const policy = shrinkWhenIdle(2e9);
vmm.advance(5e9);
console.log('asked for', device.shrink(idle!, policy, vmm.clock.nowNs, since));
vmm.advance(1e9);
show('when it was idle');
new Process(vm.guest, { ...container, czone: busy! }).touch(0, 40 * MIB, true);
show('while the neighbour works');
