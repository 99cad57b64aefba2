// A CSV of one's own through two systems, results as objects. The columns' names and units are the file's.

import { loadTrace, replayPlan, resultsOf } from 'guestmem';

const columns = 'time=started:s,function=fn,duration=took:ms,memory=rss:mib';
const trace = await loadTrace('examples/calls.csv', { seed: 1, columns });
const run = await replayPlan(trace, { systems: ['scpv-template', 'mcpv-czone'], seed: 1 });
for (const { name, startupMs, footprintBytes } of resultsOf(run).systems) {
  console.log(name, startupMs, footprintBytes);
}
