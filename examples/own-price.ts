// Prices of your own, in nanoseconds: how much of a start-up is the function's runtime?

import { PRICES, SYSTEMS, generateSynthetic, pricesOf, replay, resultsOf } from 'guestmem';

const trace = generateSynthetic({ seed: 1, minutes: 3 });
const systems = SYSTEMS.filter(({ name }) => name === 'scpv-template');
const { typicalNs } = PRICES.functionInit;

for (const functionInit of [typicalNs, { lowNs: 2e6, typicalNs: 3e6, highNs: 5e6 }]) {
  const prices = pricesOf({ own: { functionInit } });
  const { startupMs } = resultsOf(await replay(trace, { systems, seed: 1, prices })).systems[0]!;
  console.log(
    `runtime ${startupMs.steps['runtime']!.toFixed(1)} of ${startupMs.mean.toFixed(1)} ms`,
  );
}
