// Inflates a balloon by 64 MiB and lists the frames that the guest gave.

import { Balloon, Vmm, guestConfig, vmmFootprint } from 'guestmem';

const vmm = new Vmm({ hostFrames: 2 ** 20, footprint: vmmFootprint() });
const vm = vmm.boot(guestConfig({ memoryFrames: 2 ** 16 }))!;
const balloon = new Balloon(vm, vmm.clock);
balloon.setTarget(2 ** 14); // pages of 4 KiB
vmm.advance(1e9);
console.log([...balloon.frames()].join(' '));
