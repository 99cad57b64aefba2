// What every runtime does with the package: boots a guest, inflates a balloon, replays a minute, reads a CSV, makes a report. The words
// are equal.

import {
  Balloon,
  Vmm,
  generateSynthetic,
  guestConfig,
  loadTrace,
  replayPlan,
  resultsOf,
  traceFiles,
  vmmFootprint,
} from 'guestmem';
import { reportHtml } from 'guestmem/report';

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

async function played(trace) {
  const plan = { systems: ['scpv-template', 'mcpv-czone'], seed: 1 };
  return replayPlan(trace, plan, { jobs: 1 });
}

function hashesOf({ systems }) {
  return systems.map(({ name, hash }) => `${name} ${hash}`);
}

/** Texts in a picture are measured otherwise by each runtime. */
async function reportOf(minute) {
  const page = await reportHtml(resultsOf(minute));
  const figures = page.match(/<svg/g)?.length;
  return `${figures} figures, ${page.includes('<script>') ? 'live' : 'still'}`;
}

export async function run() {
  const files = await traceFiles({ 'calls.csv': CALLS });
  const minute = await played(generateSynthetic({ seed: 1, minutes: 1 }));
  const words = [
    String(inflated()),
    ...hashesOf(minute),
    ...hashesOf(await played(await loadTrace('calls.csv', { seed: 1, files }))),
    await reportOf(minute),
  ];
  return words.join(', ');
}
