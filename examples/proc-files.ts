// The allocator's files in /proc of an emulated guest, in Linux 6.12's shape.

import { Vmm, guestConfig, vmmFootprint } from 'guestmem';

const vmm = new Vmm({ hostFrames: 2 ** 20, footprint: vmmFootprint() });
const { guest } = vmm.boot(guestConfig({ memoryFrames: 2 ** 16 }))!;
const { buddyinfo, pagetypeinfo, zoneinfo } = guest.proc;
console.log(`${buddyinfo}\n${pagetypeinfo}\n${zoneinfo}`);
