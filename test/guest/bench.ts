/** What every feature of the bench has at hand, and how it says what it found. */

import { Ledger } from './ledger.ts';
import type { Machine } from './machine.ts';
import { counters, pageFlags } from './truth.ts';

/** A line of the table. */
export interface Row {
  readonly feature: string;
  /** Messages that the driver sent for it, or answers it gave. */
  readonly messages: number;
  /** Pages that guest and device were asked about. */
  readonly pages: number;
  /** What else was compared. */
  readonly note: string;
}

export type Feature = (bench: Bench) => Promise<Row>;

/** Guest and device say different things. */
export class Disagreement extends Error {}

export class Bench {
  readonly machine: Machine;
  readonly ledger: Ledger;

  constructor(machine: Machine) {
    this.machine = machine;
    this.ledger = new Ledger(machine.balloon);
  }

  /** Asks for a balloon and waits until the driver says that it is so. */
  async inflateTo(pages: number): Promise<void> {
    const { model } = this.machine.balloon;
    model.setTarget(pages);
    await this.machine.until(`the balloon has ${pages} pages`, () => model.actualPages === pages);
  }

  /** The pages that the guest says are in the balloon are those of our account; how many. */
  async agreeOnBalloon(): Promise<number> {
    const { offline } = await pageFlags(this.machine);
    const { frames, model } = this.machine.balloon;
    if (model.profile.deflateAdvises) agree('pages in the balloon', this.ledger.held, offline);
    else {
      // the host is not told which pages go: those that are there must be among those that came
      const strangers = [...offline].filter((pfn) => !this.ledger.held.has(pfn));
      agree('pages in the balloon that never came', [], strangers);
    }
    const backed = [...offline].filter((pfn) => frames.isBacked(pfn));
    if (backed.length > 0)
      throw new Disagreement(`backed, in the balloon: ${backed.slice(0, 8).join(' ')}`);
    return offline.size;
  }

  /** The guest's counters of the balloon are the device's. */
  async agreeOnCounters(): Promise<void> {
    const vmstat = await counters(this.machine, 'vmstat');
    const { inflatedPages, deflatedPages } = this.machine.balloon.model.counters;
    const moved = vmstat('balloon_migrate');
    equal('balloon_inflate + balloon_migrate', inflatedPages, vmstat('balloon_inflate') + moved);
    equal('balloon_deflate + balloon_migrate', deflatedPages, vmstat('balloon_deflate') + moved);
  }
}

export function equal(what: string, ours: number, theirs: number): void {
  if (ours !== theirs) throw new Disagreement(`${what}: device ${ours}, guest ${theirs}`);
}

/** Two sets of pages are one; how large it is. */
export function agree(what: string, ours: Iterable<number>, theirs: Iterable<number>): number {
  const [mine, other] = [new Set(ours), new Set(theirs)];
  const onlyOurs = [...mine].filter((pfn) => !other.has(pfn));
  const onlyTheirs = [...other].filter((pfn) => !mine.has(pfn));
  if (onlyOurs.length + onlyTheirs.length === 0) return mine.size;
  throw new Disagreement(
    `${what}: ${mine.size} for the device, ${other.size} for the guest; only ours ${some(onlyOurs)}, only theirs ${some(onlyTheirs)}`,
  );
}

const some = (pfns: readonly number[]): string => `${pfns.length} (${pfns.slice(0, 8).join(' ')})`;
