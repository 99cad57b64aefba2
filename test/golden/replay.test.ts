/**
 * A small replay against results accepted by hand (replay.json). A difference is a change of behaviour: look at it, and if it
 * is meant, accept it with GUESTMEM_ACCEPT=1 and say why in the commit. A missing file fails.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { SYSTEMS, fixedKeepAlive, replay, resultsOf } from '../../src/index.ts';
import { smallTrace } from '../support/traces.ts';

const GOLDEN = new URL('replay.json', import.meta.url);

it('replays the small trace as accepted', async () => {
  const run = await replay(smallTrace(), {
    systems: SYSTEMS,
    seed: 1,
    warmupMinutes: 1,
    keepAlive: () => fixedKeepAlive(5000),
  });
  const { wall: _apart, ...record } = resultsOf(run);
  // the hash is of the core's bytes, which also change with the layout of its tables
  // rows of functions and instants add up to what is here, which test/unit/replay/meters.test.ts holds
  const systems = record.systems.map(
    ({ hash: _bytes, functions: _rows, overTime: _series, ...system }) => system,
  );
  const text = `${JSON.stringify({ ...record, systems }, null, 2)}\n`;
  if (process.env['GUESTMEM_ACCEPT'] === '1') writeFileSync(GOLDEN, text);
  expect(existsSync(GOLDEN), `${GOLDEN.pathname} is missing`).toBe(true);
  expect(JSON.parse(text)).toEqual(JSON.parse(readFileSync(GOLDEN, 'utf8')));
});
