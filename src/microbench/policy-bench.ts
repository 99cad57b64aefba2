// Policies outside hot paths, in a replay of some minutes: growth of zones, placement, keep-alive.

import { FRAMES_PER_GIB } from '../abi/unit.ts';
import { replay } from '../replay/index.ts';
import { systemOf } from '../serverless/index.ts';
import { generateSynthetic } from '../trace/index.ts';
import type { Microbench } from './microbench.ts';

const MINUTES = 3;

export const POLICIES: Microbench = {
  name: 'policies',
  sentence: 'Three minutes of the built-in load through mcpv-czone, by the policies of --policy.',
  operation: 'call',
  prepare: ({ growth, placement, keepAlive }) => {
    const trace = generateSynthetic({ seed: 1, minutes: MINUTES });
    const machine = {
      ...(growth === undefined ? {} : { growth }),
      ...(placement === undefined ? {} : { placement }),
    };
    const options = { systems: [systemOf('mcpv-czone')], seed: 1, keepAlive, machine };
    return async () => {
      const { systems } = await replay(trace, options);
      const [played] = systems;
      if (played === undefined) throw new Error('one system is played');
      const frames = played.meanFrames.reduce((sum, one) => sum + one, 0);
      const counts = {
        cold: played.starts.cold,
        meanMiB: Math.round((frames / FRAMES_PER_GIB) * 1024),
      };
      return { operations: trace.invocations, hash: played.hash, counts };
    };
  },
};
