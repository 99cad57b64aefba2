// A placement of your own: which of a function's VMs gets its next container. Spread over VMs that have room, they keep more VMs.

import {
  type KeepAlive,
  type Placement,
  SYSTEMS,
  generateSynthetic,
  replay,
  resultsOf,
} from 'guestmem';

const emptiest: Placement = {
  // rooms: the function's VMs in the order of their start; undefined asks for a new one
  choose(rooms) {
    const withRoom = rooms.filter(({ containers, capacity }) => containers < capacity);
    return withRoom.toSorted((a, b) => a.containers - b.containers)[0];
  },
};

function keepAlive(): KeepAlive {
  return { arrived: () => {}, keepMs: () => 20_000 };
}

const trace = generateSynthetic({ seed: 1, minutes: 6 });
const systems = SYSTEMS.filter(({ name }) => name === 'mcpv-static');
for (const placement of [undefined, () => emptiest]) {
  const machine = { containersPerVm: 4, ...(placement !== undefined && { placement }) };
  const run = await replay(trace, { systems, seed: 1, machine, keepAlive });
  const { vms, containers } = resultsOf(run).systems[0]!;
  const told = `${containers.mean.toFixed(1)} containers in ${vms.mean.toFixed(1)} VMs`;
  console.log(`${placement === undefined ? 'fullest' : 'own'}: ${told}`);
}
