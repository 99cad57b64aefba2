// What every runtime does with the package: boots a guest, inflates a balloon, replays a minute, reads a CSV. The words are equal.

import {
  Balloon,
  Vmm,
  generateSynthetic,
  guestConfig,
  loadTrace,
  replayPlan,
  traceFiles,
  vmmFootprint,
} from 'guestmem';

const FRAMES = 2 ** 16;
const CALLS = 'function,start_ms,duration_ms\nf,0,5\ng,10,7\n';

function inflated() {
  const vmm = new Vmm({ hostFrames: FRAMES * 4, footprint: vmmFootprint() });
  const vm = vmm.boot(guestConfig({ memoryFrames: FRAMES }));
  const balloon = new Balloon(vm, vmm.clock, { profile: 'firecracker', deflateOnOom: true });
  balloon.setTarget(FRAMES / 4);
  vmm.advance(1e9);
  return balloon.actualPages;
}

async function hashesOf(trace) {
  const plan = { systems: ['scpv-template', 'mcpv-czone'], seed: 1 };
  const { systems } = await replayPlan(trace, plan, { jobs: 1 });
  return systems.map(({ name, hash }) => `${name} ${hash}`);
}

export async function run() {
  const files = await traceFiles({ 'calls.csv': CALLS });
  const words = [
    String(inflated()),
    ...(await hashesOf(generateSynthetic({ seed: 1, minutes: 1 }))),
    ...(await hashesOf(await loadTrace('calls.csv', { seed: 1, files }))),
  ];
  return words.join(', ');
}
