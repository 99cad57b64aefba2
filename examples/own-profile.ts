// A function that you measured, in place of the profile that is made of its trace: what a container of it holds and touches.

import { type FunctionProfile, SYSTEMS, replay, resultsOf, traceOf } from 'guestmem';

const MIB = 256; // frames of 4 KiB

const durations = { source: 'trace', averageMs: 5, maximumMs: 9 } as const;
const trace = traceOf({
  name: 'mine',
  functions: [
    {
      id: 0,
      name: 'hello',
      app: 'mine',
      owner: 'me',
      trigger: 'http',
      memoryMib: 64,
      memorySource: 'trace',
      durations: { ...durations, percentilesMs: [1, 1, 3, 5, 6, 8, 9] },
    },
  ],
  rows: Array.from({ length: 50 }, (_, call) => ({
    functionId: 0,
    startMs: call * 1000,
    durationMs: 5,
  })),
});

function small(made: FunctionProfile): FunctionProfile {
  return { ...made, anonymousFrames: 3 * MIB, fileFrames: 5 * MIB, limitFrames: 64 * MIB };
}

const systems = SYSTEMS.filter(({ name }) => name === 'scpv-boot');
for (const profile of [undefined, (_: unknown, made: FunctionProfile) => small(made)]) {
  const run = await replay(trace, { systems, seed: 1, profile });
  const { anonymous, fileShared } = resultsOf(run).systems[0]!.footprintBy;
  const mib = (anonymous + fileShared) / 2 ** 20;
  console.log(`${profile === undefined ? 'from the trace' : 'own'}: ${mib.toFixed(1)} MiB`);
}
