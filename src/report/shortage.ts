// What came of full hosts, in words: a line a system that met one.

import { NUMBER, type Shape, TEXT, expectShape } from '../check/index.ts';
import type { Results, SystemResult } from './results.ts';
import { formatCount, formatMs } from './unit.ts';

function partsOf({ starts, queueMs, shortage }: SystemResult): string[] {
  const parts: readonly (readonly [number, string])[] = [
    [starts.queued, `calls waited for memory (${formatMs(queueMs.mean)} on average)`],
    [starts.refused, 'calls refused'],
    [shortage.evicted, 'idle containers evicted'],
    [shortage.killedVms, 'VMs killed'],
    [shortage.killedCalls, 'calls lost with them'],
    [shortage.undoneStarts, 'starts undone'],
  ];
  return parts.flatMap(([count, what]) => (count > 0 ? [`${formatCount(count)} ${what}`] : []));
}

const RESULTS: Shape = {
  systems: [
    {
      name: TEXT,
      starts: { queued: NUMBER, refused: NUMBER },
      queueMs: { mean: NUMBER },
      shortage: {
        evicted: NUMBER,
        killedVms: NUMBER,
        killedCalls: NUMBER,
        undoneStarts: NUMBER,
      },
    },
  ],
};

/** What the table says of full hosts. */
export function shortageLines(results: Pick<Results, 'systems'>): string[] {
  const { systems } = expectShape('results', results, RESULTS);
  return systems.flatMap((system) => {
    const parts = partsOf(system);
    return parts.length === 0 ? [] : [`${system.name}: host memory was short: ${parts.join(', ')}`];
  });
}
