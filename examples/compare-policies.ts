// Two growth policies of CZones and two placements of one's own, each with each, over the same minutes.

import type { GrowthPolicy, Placement } from 'guestmem';
import { SYSTEMS, fixedKeepAlive, generateSynthetic, replay } from 'guestmem';

/** Everything at once: never a request while it runs, blocks that may stay empty. */
class AllAtOnce implements GrowthPolicy {
  readonly name = 'all at once';
  firstBlocks = (_key: string, limitBlocks: number) => limitBlocks;
  nextBlocks = () => 1;
  observe = () => {};
}

/** One block whenever one is missing. */
class OneByOne implements GrowthPolicy {
  readonly name = 'one by one';
  firstBlocks = () => 1;
  nextBlocks = () => 1;
  observe = () => {};
}

const PLACEMENTS: Record<string, Placement> = {
  oldest: { choose: (rooms) => rooms.find((one) => one.containers < one.capacity) },
  newest: { choose: (rooms) => rooms.findLast((one) => one.containers < one.capacity) },
};

const trace = generateSynthetic({ seed: 1, minutes: 15 });
const systems = SYSTEMS.filter(({ name }) => name === 'mcpv-czone');
const options = { systems, seed: 1, keepAlive: () => fixedKeepAlive(60_000) };
for (const Growth of [AllAtOnce, OneByOne]) {
  for (const [name, placement] of Object.entries(PLACEMENTS)) {
    const machine = { containersPerVm: 3, growth: () => new Growth(), placement: () => placement };
    const { systems: played } = await replay(trace, { ...options, machine });
    const { starts, meanFrames, hash } = played[0]!;
    const gib = meanFrames.reduce((sum, frames) => sum + frames, 0) / 2 ** 18;
    console.log(
      `${new Growth().name}, ${name}: ${starts.cold} cold, ${gib.toFixed(3)} GiB, ${hash}`,
    );
  }
}
