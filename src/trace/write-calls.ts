/** `calls.csv`: a row a call in the project's own columns (`calls.ts`). Instants and durations that are drawn are written as drawn. */
import { arrivalsOf } from './arrivals.ts';
import type { Trace } from './trace.ts';
import { type TraceWriter, csvCell, expectCalls, pieces, shortFloat } from './writer.ts';

const HEADER = 'function,app,owner,trigger,start_ms,duration_ms,memory_mib';

function* lines(trace: Trace): Generator<string, void> {
  yield HEADER;
  const labels = trace.functions.map(({ name, app, owner, trigger = '' }) =>
    [name, app, owner, trigger].map(csvCell).join(','),
  );
  const memories = trace.functions.map(({ memoryMib }) => String(memoryMib));
  for (const { startMs, functionIds, durationMs } of arrivalsOf(trace)) {
    for (const [index, id] of functionIds.entries()) {
      const duration = shortFloat(durationMs[index] as number);
      yield `${labels[id]},${startMs[index]},${duration},${memories[id]}`;
    }
  }
}

export const CALLS_WRITER: TraceWriter = {
  name: 'calls',
  sentence: 'A row a call in calls.csv; what a trace of counts leaves open is drawn from the seed.',
  files: [{ name: 'calls.csv', mark: new RegExp(`^${HEADER}\n`) }],
  render(trace) {
    expectCalls(trace);
    return [{ name: 'calls.csv', content: pieces(lines(trace)) }];
  },
};
