// Inflates a balloon in a VM of 256 MiB: the guest gives free pages and page cache, the host gets what was backed.

import { Balloon, Vmm, guestConfig, touchAndExit, vmmFootprint } from 'guestmem';

const MIB = 256; // frames

const vmm = new Vmm({ hostFrames: 4096 * MIB, footprint: vmmFootprint() });
const vm = vmm.boot(guestConfig({ memoryFrames: 256 * MIB }));
const balloon = new Balloon(vm, vmm.clock, { profile: 'firecracker', deflateOnOom: true });

touchAndExit(vm.guest, 128 * MIB);
vmm.settle(vm);
const before = vm.guest.core.privateFrames;

balloon.setTarget(160 * MIB);
vmm.advance(1e9);

console.log(`balloon: ${balloon.actualPages / MIB} MiB`);
console.log(`host memory: ${before} -> ${vm.guest.core.privateFrames} frames`);

balloon.setTarget(0);
vmm.advance(1e9);
console.log(`deflated: ${balloon.actualPages} pages, ${balloon.driver.counters.messages} messages`);
