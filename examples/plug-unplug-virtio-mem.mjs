// virtio-mem: plugs 512 MiB, lets the guest use kernel memory there, unplugs, and says what was in the way.

import { VirtioMem, Vmm, guestConfig, hotplugStart, vmmFootprint } from 'guestmem';

const MIB = 256; // frames
const MIB_BYTES = 2 ** 20;

const vmm = new Vmm({ hostFrames: 4096 * MIB, footprint: vmmFootprint() });
const memoryFrames = 256 * MIB;
const vm = vmm.boot(guestConfig({ memoryFrames, hotplugFrames: 1024 * MIB }));
const memory = new VirtioMem(vm, vmm.clock, {
  profile: 'qemu',
  policy: 'online_kernel',
  addr: hotplugStart(memoryFrames) * 4096,
  regionBytes: 1024 * MIB_BYTES,
});

memory.setRequested(512 * MIB_BYTES);
console.log(`plugged: ${memory.pluggedBytes / MIB_BYTES} MiB`);

// Kernel memory that cannot move: a driver's buffer of a page here and there.
const buffers = Array.from({ length: 3 }, () => vm.memory.alloc(4096, 4096));

memory.setRequested(0);
console.log(`asked for 0, still plugged: ${memory.pluggedBytes / MIB_BYTES} MiB`);
for (const { addr, obstacle } of memory.blockedRanges) {
  console.log(`0x${addr.toString(16)}: frame ${obstacle?.pfn} (${obstacle?.kind}) is in the way`);
}

for (const addr of buffers) vm.memory.free(addr);
vmm.advance(50e9); // the driver tries again after 50 s
console.log(`buffers freed, plugged: ${memory.pluggedBytes / MIB_BYTES} MiB`);
