// Listens to a replay: how many containers there are and what the host holds, event by event.

import { type ReplayEvent, SYSTEMS, generateSynthetic, replay } from 'guestmem';

const trace = generateSynthetic({ seed: 1, minutes: 3 });
const systems = SYSTEMS.filter(({ name }) => name === 'mcpv-czone');
const counted: Record<string, number> = {};
let fullest: ReplayEvent | undefined;

await replay(trace, {
  systems,
  seed: 1,
  keepAlive: () => ({ arrived: () => {}, keepMs: () => 30_000 }),
  onEvent(event) {
    counted[event.kind] = (counted[event.kind] ?? 0) + 1;
    if (fullest === undefined || event.heldBytes > fullest.heldBytes) fullest = event;
  },
});

const { atMs, busy, idle, heldBytes } = fullest!;
const gib = (heldBytes / 2 ** 30).toFixed(2);
console.log(counted);
console.log(`most at ${(atMs / 1000).toFixed(1)} s: ${gib} GiB, ${busy} busy, ${idle} idle`);
