// Free page reporting: two seconds after memory became free, the guest tells the host, which takes it back.

import { Reporting, Vmm, guestConfig, touchAndExit, vmmFootprint } from 'guestmem';

const MIB = 256; // frames

const vmm = new Vmm({ hostFrames: 4096 * MIB, footprint: vmmFootprint() });
const vm = vmm.boot(guestConfig({ memoryFrames: 512 * MIB }));
const reporting = new Reporting(vm, vmm.clock, { profile: 'firecracker' });

touchAndExit(vm.guest, 256 * MIB);
vmm.settle(vm);
console.log(`freed in the guest, kept by the host: ${vm.guest.core.privateFrames} frames`);

for (let second = 0; second < 20; second += 1) vmm.advance(1e9);

const { reportedPages, releasedPages } = reporting.balloon.model.counters;
console.log(`reported ${reportedPages} pages, ${releasedPages} of them had host memory`);
console.log(`host memory now: ${vm.guest.core.privateFrames} frames`);
