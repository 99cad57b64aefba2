// A system's replay as bytes and back: what it holds is written down, what both sides have (trace, profiles, machine, prices, whoever
// listens) stands there by name.

import { type Known, type Pack, UnreadableState, readGraph, writeGraph } from '../graph/index.ts';
import type { SystemReplayConfig } from './config.ts';
import { REPLAY_KNOWN } from './known.ts';
import type { SystemRun } from './run.ts';
import { SystemReplay } from './system-replay.ts';

/** How far a replay has come: so many calls of a minute have been played, and so many in all. */
export interface Cursor {
  readonly minute: number;
  readonly row: number;
  readonly arrived: number;
}

export const BEGIN: Cursor = { minute: 0, row: 0, arrived: 0 };

export interface Playing {
  readonly replay: SystemReplay;
  readonly cursor: Cursor;
}

/** What a checkpoint holds of a system: one that plays, or what came of it. */
export type Kept = { readonly playing: Playing } | { readonly run: SystemRun };

type Shared = Pick<
  SystemReplayConfig,
  'trace' | 'profiles' | 'machine' | 'prices' | 'onEvent' | 'onRecords'
>;

function knownWith(shared: Shared): Known {
  const { trace, profiles, machine, prices, onEvent, onRecords } = shared;
  const { growth, placement, inspect } = machine;
  const parts = {
    trace,
    profiles,
    machine,
    prices,
    growth,
    placement,
    inspect,
    onEvent,
    onRecords,
  };
  const values: Record<string, object> = {};
  for (const [name, part] of Object.entries({ ...parts, onEvent, onRecords })) {
    if (part !== undefined) values[`the run’s ${name}`] = part;
  }
  profiles.forEach((profile, id) => (values[`profile ${id}`] = profile));
  trace.sessions?.forEach(({ memory }, id) => (values[`memory of session ${id}`] = memory));
  return { values, below: [REPLAY_KNOWN] };
}

/** Throws UnwritableState for a state that holds what nobody can name, such as a policy of the caller's own. */
export function writeKept(kept: Kept, shared: Shared, pack?: Pack): Uint8Array {
  return writeGraph(kept, knownWith(shared), pack);
}

function isCursor(cursor: Partial<Cursor> | undefined): boolean {
  return [cursor?.minute, cursor?.row, cursor?.arrived].every(
    (one) => Number.isSafeInteger(one) && (one as number) >= 0,
  );
}

/** What writeKept() was given, for a run with the same. Throws UnreadableState. */
export function readKept(bytes: Uint8Array, shared: Shared): Kept {
  const kept = readGraph(bytes, knownWith(shared)) as { playing?: Playing; run?: SystemRun };
  if (typeof kept?.run?.hash === 'string') return { run: kept.run };
  const { replay, cursor } = kept?.playing ?? {};
  if (replay instanceof SystemReplay && isCursor(cursor)) return kept as Kept;
  throw new UnreadableState('state: expected a replay, or what came of it');
}
