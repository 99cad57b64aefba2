// Boots a guest once, freezes it, clones it: clones share the template's frames until they write, and can be resized.

import { Balloon, Vmm, guestConfig, touchAndExit, vmmFootprint } from 'guestmem';

const MIB = 256; // frames

const vmm = new Vmm({ hostFrames: 4096 * MIB, footprint: vmmFootprint() });
const config = guestConfig({ memoryFrames: 256 * MIB });
const clones = Array.from({ length: 3 }, () => vmm.clone(config));

for (const clone of clones) {
  const { privateFrames, sharedFrames } = clone.guest.core;
  console.log(`clone ${clone.id}: ${privateFrames} frames of its own, ${sharedFrames} shared`);
}

const [first] = clones;
touchAndExit(first.guest, 64 * MIB);
vmm.settle(first);
console.log(`after work: ${first.guest.core.privateFrames} frames of its own`);

const balloon = new Balloon(first, vmm.clock, { profile: 'firecracker' });
balloon.setTarget(128 * MIB);
vmm.advance(1e9);
console.log(
  `resized: balloon ${balloon.actualPages / MIB} MiB, own ${first.guest.core.privateFrames}`,
);
