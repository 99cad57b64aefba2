import { expect, it } from 'vitest';
import { fixedKeepAlive, replay, systemOf } from '../../../src/replay/index.ts';
import { finishedRun } from '../../../src/replay/finished.ts';
import { newCounts } from '../../../src/serverless/index.ts';
import { handTrace } from '../../support/traces.ts';

it('has the figures of its parts, and a hash of them', async () => {
  const trace = handTrace([[1000, 500]], 60_000);
  const options = { systems: [systemOf('scpv-boot')], seed: 1, keepAlive: () => fixedKeepAlive(0) };
  const run = (await replay(trace, options)).systems[0]!;
  const ledger = { receipt: run.receipt, measured: newCounts(), warmup: newCounts() };
  const reclaimed = { askedFrames: 5, gotFrames: 4 };
  const { name, unserved, shortage, prewarms } = run;
  const made = finishedRun({
    name,
    unserved,
    shortage,
    prewarms,
    measured: run,
    reclaimed,
    ledger,
    vms: [],
  });
  expect(made.reclaim).toEqual({ ...reclaimed, migratedPages: 0 });
  expect(made.pageOps).toBe(0);
  expect(made.hash).toMatch(/^[0-9a-f]{16}$/);
  expect(made.receipt).not.toBe(run.receipt);
});
