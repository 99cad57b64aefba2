/**
 * Joins the three Azure tables into functions, and fills in from the published distributions what
 * the tables lack. Each missing figure has its own random stream, named by its function or app.
 */
import type { DurationTable, FunctionTable, MemoryReader } from './azure-tables.ts';
import { appMemoryMibAt, averageDurationMsAt, typicalDurations } from './distribution.ts';
import { randomStream } from '../time/index.ts';
import { type DurationSummary, type TraceFunction, appKey, functionKey } from './trace.ts';

export function publishedDurations(seed: number, key: string): DurationSummary {
  const share = randomStream(seed, `${key}#average-duration`).nextUnit();
  return typicalDurations(averageDurationMsAt(share), 'published');
}

/** Memory of a whole app. */
export function publishedMemoryMib(seed: number, owner: string, app: string): number {
  return appMemoryMibAt(randomStream(seed, `${appKey(owner, app)}#memory`).nextUnit());
}

export function joinTables(
  table: FunctionTable,
  durations: DurationTable,
  memory: MemoryReader,
  seed: number,
): TraceFunction[] {
  const { quirks } = table;
  const appSizes = new Map<string, number>();
  for (const { owner, app } of table.list) {
    const key = appKey(owner, app);
    appSizes.set(key, (appSizes.get(key) ?? 0) + 1);
  }
  return table.list.map(({ owner, app, name, trigger, place }, id): TraceFunction => {
    const key = functionKey(owner, app, name);
    const appSize = appSizes.get(appKey(owner, app)) as number;
    const own = durations.get(key);
    if (own === undefined) quirks.note('functionsWithoutDurations', place);
    const mib = memory.find(owner, app, name, appSize);
    if (mib === undefined) quirks.note('functionsWithoutMemory', place);
    return {
      id,
      name,
      app,
      owner,
      trigger,
      memoryMib: mib ?? publishedMemoryMib(seed, owner, app) / appSize,
      memorySource: mib === undefined ? 'published' : 'trace',
      durations: own ?? publishedDurations(seed, key),
    };
  });
}
