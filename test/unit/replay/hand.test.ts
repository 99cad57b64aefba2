import { HandleEnded, RefusedArgument } from '../../../src/check/index.ts';
import { MessageChannel } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { compiledCore } from '../../../src/core/index.ts';
import type { Report } from '../../../src/replay/crew.ts';
import { type HandPort, errorOf, recordOf, serve } from '../../../src/replay/hand.ts';
import {
  GuestOutOfMemory,
  HostOutOfMemory,
  type ReplayPlan,
  SYSTEMS,
  replay,
} from '../../../src/replay/index.ts';
import { smallTrace } from '../../support/traces.ts';

const PLAN: ReplayPlan = { systems: ['mcpv-static', 'scpv-template'], seed: 1 };

/** How a hand is heard. */
interface Hearing {
  readonly isRecorded?: boolean;
  readonly everyMinutes?: number;
  /** It is told of each state that it was taken. */
  readonly takes?: boolean;
}

/** What a hand at the other end of a port says, up to its last word. */
async function reportsOf(
  plan: ReplayPlan,
  index: number,
  { isRecorded = false, everyMinutes, takes = false }: Hearing = {},
): Promise<Report[]> {
  const { port1, port2 } = new MessageChannel();
  const trace = structuredClone(smallTrace());
  const core = compiledCore('release');
  serve(port1 as HandPort, { trace, plan, core, isRecorded, everyMinutes });
  const reports: Report[] = [];
  const ended = new Promise<void>((resolve) => {
    port2.on('message', (report: Report) => {
      reports.push(report);
      if (report.kind === 'kept' && takes) port2.postMessage({ taken: true });
      if (report.kind === 'done' || report.kind === 'failed') resolve();
    });
  });
  port2.postMessage({ index });
  await ended;
  port2.close();
  return reports;
}

/** How many states a hand makes in six minutes with one due after each, what came of it among them. */
async function statesMade(takes: boolean): Promise<number> {
  const reports = await reportsOf(PLAN, 1, { everyMinutes: 1, takes });
  return reports.filter(({ kind }) => kind === 'kept').length;
}

describe('a hand', () => {
  it('plays the system it is told to, as a replay of it alone does, and says how far it is', async () => {
    const reports = await reportsOf(PLAN, 1);
    const systems = SYSTEMS.filter(({ name }) => name === 'scpv-template');
    const alone = await replay(smallTrace(), { systems, seed: 1 });
    expect(reports.at(-1)).toEqual({ kind: 'done', index: 1, run: alone.systems[0] });
    expect(reports.slice(0, -1)).toContainEqual({ kind: 'progress', index: 1, share: 1 });
  });

  it('hands on rows of calls if they are wanted, before it is done', async () => {
    const reports = await reportsOf(PLAN, 1, { isRecorded: true });
    const rows = reports.flatMap((report) => (report.kind === 'records' ? [report.rows] : []));
    const last = reports.at(-1);
    const { cold, warm } = last?.kind === 'done' ? last.run.starts : { cold: 0, warm: 0 };
    expect(rows.reduce((sum, { atMs }) => sum + atMs.length, 0)).toBe(cold + warm);
    expect((await reportsOf(PLAN, 1)).some(({ kind }) => kind === 'records')).toBe(false);
  });

  it('makes no other state until the last was taken', async () => {
    // the second is what came of it, which is kept in any case
    expect(await statesMade(false)).toBe(2);
    expect(await statesMade(true)).toBeGreaterThan(2);
  });

  it('says what went wrong', async () => {
    const [report] = await reportsOf({ ...PLAN, warmupMinutes: 7 }, 0);
    expect(report).toMatchObject({ kind: 'failed', index: 0, error: { name: 'RefusedArgument' } });
  });
});

describe('an error from another thread', () => {
  it.each([
    new HostOutOfMemory(2, 1, 1e9),
    new GuestOutOfMemory('guest'),
    new RefusedArgument('hosts', 'one', 0),
    new HandleEnded('VM 1', 'stopped'),
    new RangeError('range'),
  ])('is of its kind and place: %s', (error) => {
    const made = errorOf(structuredClone(recordOf(error)));
    expect(made.name).toBe(error.name);
    expect(made.message).toBe(error.message);
    expect(made.stack).toBe(error.stack);
    expect({ ...made }).toMatchObject({ ...error });
    if (error.constructor !== RangeError) expect(made).toBeInstanceOf(error.constructor);
  });

  it('need not be an error', () => {
    expect(errorOf(recordOf('a word')).message).toBe('a word');
  });
});
