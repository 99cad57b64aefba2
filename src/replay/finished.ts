// The record of a system's replay, when all of it is measured.

import { COUNT_MIGRATED_PAGES, type MicroVm, pageOpsOf } from '../serverless/index.ts';
import { hashOfRun } from './hash.ts';
import type { Ledger } from './ledger.ts';
import type { Measured } from './meters.ts';
import type { ReclaimMeter } from './reclaim-meter.ts';
import type { SystemRun } from './run.ts';

export interface Finished extends Pick<
  SystemRun,
  'name' | 'unserved' | 'shortage' | 'prewarms' | 'maps'
> {
  readonly measured: Measured;
  readonly reclaimed: ReclaimMeter['frames'];
  readonly ledger: Pick<Ledger, 'receipt' | 'measured' | 'warmup'>;
  /** That run still. */
  readonly vms: readonly MicroVm[];
}

export function finishedRun({
  measured: figures,
  reclaimed,
  ledger,
  vms,
  ...own
}: Finished): SystemRun {
  const { receipt, measured, warmup } = ledger;
  const run: Omit<SystemRun, 'hash'> = {
    ...own,
    ...figures,
    reclaim: { ...reclaimed, migratedPages: measured[COUNT_MIGRATED_PAGES] as number },
    receipt: receipt.slice(),
    pageOps: pageOpsOf(measured) + pageOpsOf(warmup),
  };
  return { ...run, hash: hashOfRun(run, vms, [measured, warmup]) };
}
