/**
 * Which blocks are whose, kept the same on both sides: plug, unplug, and telling the device of blocks that
 * have come into a zone from the pool without it.
 */

import { expectInteger } from '../../check/index.ts';
import { ZONE_POOL } from './config.ts';
import { DriverBlocks, runsOf, type BlockRun } from './driver-blocks.ts';
import { type Answered, type DriverRequests, expectAnswered } from './driver-requests.ts';
import type { CZoneGuest } from './guest.ts';
import {
  ack,
  REQUEST_ASSIGN,
  REQUEST_PLUG,
  REQUEST_TO_POOL,
  REQUEST_UNPLUG,
  ANSWER_ACK,
} from './request.ts';

export class DriverPlug {
  private readonly _requests: DriverRequests;
  private readonly _guest: CZoneGuest;
  /** Set when the config has been read. */
  blocks!: DriverBlocks;

  constructor(requests: DriverRequests, guest: CZoneGuest) {
    this._requests = requests;
    this._guest = guest;
  }

  /** Plugs blocks for a zone (0: the pool). The answer of the last request; its count is all that came. */
  plug(zone: number, blocks: number, done?: Answered, got = 0): void {
    expectAnswered(zone, done);
    expectInteger('blocks', blocks, 0);
    const run = blocks === 0 ? undefined : this.blocks.choose(zone, blocks);
    if (run === undefined) {
      done?.(ack(got));
      return;
    }
    this._plugRun(zone, run, (response) => {
      if (response.status !== ANSWER_ACK) done?.({ ...response, count: got });
      else this.plug(zone, blocks - run.count, done, got + run.count);
    });
  }

  /** Unplugs up to so many blocks of a zone (0: the pool); `migrate` empties blocks by moving pages. */
  unplug(zone: number, blocks: number, migrate: boolean, done?: Answered): void {
    expectAnswered(zone, done);
    const taken = this._guest.takeBlocks(zone, blocks, migrate);
    const runs = runsOf(taken.flatMap((pfn) => this.blocks.block(pfn) ?? []));
    this.sync(zone, runs, (synced) => {
      if (synced) this._unplugRuns(zone, runs, 0, done);
      else {
        for (const run of runs) this._giveBack(zone, run);
        done?.(ack(0));
      }
    });
  }

  /** Blocks that the guest has in a zone and the device does not know of there. */
  strangers(zone: number): number[] {
    const strangers: number[] = [];
    for (const pfn of this._guest.blocksOf(zone)) {
      const block = this.blocks.block(pfn);
      if (block !== undefined && this.blocks.owner(block) !== zone) strangers.push(block);
    }
    return strangers;
  }

  /** A zone is dying: what nobody uses has left it for the pool, and goes back to the host. */
  unplugLeft(zone: number): void {
    const blocks = this.blocks.of(zone).filter((block) => this._zoneNow(block) === ZONE_POOL);
    const runs = runsOf(blocks).filter(({ first, count }) =>
      this._guest.takePooled(this.blocks.pfn(first), count * this.blocks.blockFrames),
    );
    this._unplugRuns(zone, runs, 0);
  }

  /** Before a zone's memory is discarded: what another zone has of it by now is told to be that one's. */
  handOver(zone: number, done: () => void): void {
    for (const block of this.blocks.of(zone)) {
      const now = this._zoneNow(block);
      if (now === zone || now <= ZONE_POOL) continue;
      // Where the device refuses, the zone must not be discarded: nothing more is said about it.
      this.sync(now, [{ first: block, count: 1 }], (moved) => {
        if (moved) this.handOver(zone, done);
      });
      return;
    }
    done();
  }

  private _zoneNow(block: number): number {
    return this._guest.zoneOf(this.blocks.pfn(block));
  }

  /** Tells the device of blocks that have come into a zone without it. */
  sync(zone: number, runs: readonly BlockRun[], done: (synced: boolean) => void): void {
    const [run, ...rest] = runs;
    if (run === undefined) {
      done(true);
      return;
    }
    this._move(zone, run, (moved) => (moved ? this.sync(zone, rest, done) : done(false)));
  }

  /** Moves one run to a zone block by block where owners differ: out of the old zone, into the new. */
  private _move(zone: number, run: BlockRun, done: (moved: boolean) => void): void {
    const owner = this.blocks.owner(run.first);
    let count = 1;
    while (count < run.count && this.blocks.owner(run.first + count) === owner) count++;
    const head = { first: run.first, count };
    const rest = { first: run.first + count, count: run.count - count };
    const next = (): void => (rest.count > 0 ? this._move(zone, rest, done) : done(true));
    if (owner === zone) {
      next();
      return;
    }
    const outOf = owner > ZONE_POOL ? owner : zone;
    const [type, target, flags] =
      owner < 0
        ? ([REQUEST_PLUG, zone, 0] as const)
        : ([REQUEST_ASSIGN, outOf, owner > 0 || zone === 0 ? REQUEST_TO_POOL : 0] as const);
    this._ask(type, target, head, flags, (response) => {
      if (response.status !== ANSWER_ACK) {
        done(false);
        return;
      }
      this.blocks.give(head, (flags & REQUEST_TO_POOL) !== 0 ? ZONE_POOL : zone);
      this._move(zone, run, done);
    });
  }

  private _ask(type: number, zone: number, run: BlockRun, flags: number, done: Answered): void {
    this._requests.ask({ type, flags, zone, block: run.first, blocks: run.count }, done);
  }

  private _plugRun(zone: number, run: BlockRun, done: Answered): void {
    this._ask(REQUEST_PLUG, zone, run, 0, (response) => {
      if (response.status !== ANSWER_ACK) {
        done(response);
        return;
      }
      this.blocks.give(run, zone);
      const frames = run.count * this.blocks.blockFrames;
      if (this._guest.addBlocks(zone, this.blocks.pfn(run.first), frames)) {
        done(response);
        return;
      }
      this._unplugRuns(zone, [run], 0, () => done({ ...response, status: 0, count: 0 }));
    });
  }

  private _unplugRuns(zone: number, runs: readonly BlockRun[], got: number, done?: Answered): void {
    const [run, ...rest] = runs;
    if (run === undefined) {
      done?.(ack(got));
      return;
    }
    this._ask(REQUEST_UNPLUG, zone, run, 0, (response) => {
      if (response.status === ANSWER_ACK) this.blocks.takeAway(run);
      else this._giveBack(zone, run);
      const more = response.status === ANSWER_ACK ? run.count : 0;
      this._unplugRuns(zone, rest, got + more, done);
    });
  }

  private _giveBack(zone: number, run: BlockRun): void {
    this._guest.addBlocks(zone, this.blocks.pfn(run.first), run.count * this.blocks.blockFrames);
  }
}
