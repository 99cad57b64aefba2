// Runs compiled recordings (src/recording/program/program.ts) on the model, one command after the other.

import type { AllocatorState } from '../../src/recording/read/pagestate.ts';
import * as P from '../../src/recording/program/program.ts';
import type { AllocatorPort, RunLog } from '../../src/recording/program/program.ts';
import * as buddy from './buddy.ts';
import type { ClaimTest } from './fallback.ts';
import * as isolate from './isolate.ts';
import { LIVE_RULES, type ModelRules } from './lag.ts';
import { type KswapdStep, Model } from './model.ts';
import { type Hints, Scan } from './scan.ts';
import * as pcps from './pcp.ts';
import type { Pcp, Zone } from './zone.ts';
import * as L from './types.ts';

/** By operand of RECLAIM. */
export const KSWAPD_STEPS: readonly KswapdStep[] = ['ends', 'begins', 'sleeps'];

interface Command {
  readonly number: number;
  readonly op: number;
  readonly order: number;
  readonly type: number;
  readonly zone: number;
  readonly cpu: number;
  readonly frame: number;
  readonly operand: number;
}

function decode(program: Uint32Array, number: number): Command {
  const at = number * P.COMMAND_WORDS;
  const word = program[at] ?? 0;
  return {
    number,
    op: word & 0xff,
    order: (word >> 8) & 0xf,
    type: (word >> 12) & 0xf,
    zone: (word >> 16) & 0xff,
    cpu: word >>> 24,
    frame: program[at + 1] ?? 0,
    operand: program[at + 2] ?? 0,
  };
}

/** The outcome of the half-pageblock test as the trace shows it. */
function hintedTest(hint: number): ClaimTest | undefined {
  if (hint === 0) return undefined;
  if (hint === P.HINT_STEAL) return () => false;
  const order = hint >> P.HINT_ORDER_SHIFT;
  return (_zone, _block, at) => at === order;
}

export class ModelPort implements AllocatorPort {
  readonly model: Model;
  private log: RunLog = P.emptyLog();
  private current = 0;
  /** By CPU's lists: list of the last free, and list of the drain that runs. */
  private readonly freedList = new Map<Pcp, number>();
  private readonly drainList = new Map<Pcp, number>();
  private lastFreed = -1;
  private isAgain = false; // the next request was refused before
  private isVictim = false; // the next request's task is being killed for want of memory
  /** Runs of compaction by slot, and what all of them know about pageblocks. */
  private readonly scans = new Map<number, Scan>();
  private readonly hints: Hints = new Set();
  /** Orders of blocks in use, where known and not 0. */
  private readonly usedOrders = new Map<number, number>();
  /** By command kind, zone and list: the last wrong prediction. */
  private readonly lastWrong = new Map<number, number>();

  constructor(rules: ModelRules = LIVE_RULES) {
    this.model = new Model(rules);
    this.model.events = {
      refilled: (pfn) => this.log.refills.push(this.current, pfn),
      drained: (pfn) => this.log.drains.push(this.current, pfn),
    };
  }

  load(state: AllocatorState): void {
    this.model.loadState(state);
  }

  save(label: string): AllocatorState {
    return { ...this.model.state(), label };
  }

  run(program: Uint32Array, first: number, end: number, log: RunLog): void {
    this.log = log;
    for (let number = first; number < end; number += 1) {
      this.current = number;
      const command = decode(program, number);
      this.model.onCpu(command.cpu);
      this.execute(command);
      if (command.op === P.OP_FREE || command.op === P.OP_DRAIN) this.lastFreed = command.frame;
      this.noteUse(command);
    }
  }

  private execute(c: Command): void {
    switch (c.op) {
      case P.OP_POP:
        this.pop(c);
        break;
      case P.OP_REFILL:
        this.refill(c);
        break;
      case P.OP_TAKE:
        this.expect(c, this.model.rmqueue(c.zone, c.order, c.type, hintedTest(c.operand)), (pfn) =>
          this.giveBack(c, pfn),
        );
        this.model.setMovable(c.frame, c.order, c.type === L.MOVABLE);
        break;
      case P.OP_FREE:
        this.free(c);
        break;
      case P.OP_DRAIN:
        this.drain(c);
        break;
      case P.OP_BULK: {
        const zone = this.model.bulkZone(c.frame, c.operand) ?? this.model.zone(c.zone);
        for (let i = 0; i < c.operand; i += 1) this.model.pop(zone, c.cpu, 0, c.type);
        break;
      }
      case P.OP_REQUEST:
        this.expect(c, this.allocated(c), (pfn) => this.giveBack(c, pfn));
        this.model.setMovable(c.frame, c.order, c.type === L.MOVABLE);
        break;
      case P.OP_REQUEST_BULK:
        this.model.allocBulk(c.operand, c.frame, c.cpu);
        break;
      case P.OP_RELEASE:
        this.leave(c);
        this.model.freePages(c.frame, c.order, c.cpu);
        break;
      default:
        this.background(c);
    }
  }

  private allocated({ operand, order, cpu }: Command): number {
    const { model, isAgain, isVictim } = this;
    this.isAgain = false;
    this.isVictim = false;
    const pfn = isAgain
      ? model.allocAgain(operand, order, cpu)
      : model.allocPages(operand, order, cpu);
    return pfn < 0 && isVictim ? model.allocVictim(operand, order, cpu) : pfn;
  }

  private predictPlace({ number, frame }: Command, place: number = P.NO_PREDICTION): void {
    if (frame === 0 || place === frame) return;
    this.log.mismatches.push(number, place, P.RESYNC_IN_USE);
  }

  private noteUse({ op, frame, order }: Command): void {
    const isTaken =
      op === P.OP_POP || op === P.OP_TAKE || op === P.OP_REQUEST || op === P.OP_CAPTURE;
    if (isTaken && order > 0) this.usedOrders.set(frame, order);
    else if (isTaken || op === P.OP_FREE || op === P.OP_RELEASE) this.usedOrders.delete(frame);
  }

  private background(c: Command): void {
    const { model } = this;
    const end = c.frame + c.operand;
    const blocks = (apply: (zone: Zone, block: number) => void): void => {
      for (let p = c.frame; p < end; p += L.BLOCK_PAGES) apply(model.zone(c.zone), p);
    };
    switch (c.op) {
      case P.OP_DECAY:
        model.decayZone(model.zone(c.zone), c.cpu);
        break;
      case P.OP_DRAIN_ALL:
        if (c.operand === P.DRAIN_CPU_ZONE) model.drainCpu(model.zone(c.zone), c.cpu);
        else model.drainAll(c.operand === P.DRAIN_ZONE ? c.zone : -1);
        break;
      case P.OP_AGAIN:
        this.isAgain = true;
        break;
      case P.OP_VICTIM:
        this.isVictim = true;
        break;
      case P.OP_REFUSED:
        model.refuse(c.operand, c.order);
        break;
      case P.OP_RECLAIM:
        model.kswapd(KSWAPD_STEPS[c.operand] ?? 'ends', c.zone);
        break;
      case P.OP_ONLINE:
        this.online(c);
        break;
      case P.OP_RETUNE:
        model.retune();
        break;
      case P.OP_RAISE:
        model.startKhugepaged();
        break;
      case P.OP_ISOLATE:
        blocks(isolate.isolateBlock);
        break;
      case P.OP_CLAIM_RANGE:
        isolate.claimRange(model.zone(c.zone), c.frame, end);
        break;
      case P.OP_UNISOLATE:
        blocks((zone, block) => isolate.unisolateBlock(zone, block, c.type));
        break;
      case P.OP_OFFLINE:
        this.offline(c);
        break;
      case P.OP_TAKE_FREE: {
        const was = this.takeFree(c);
        if (was !== P.RESYNC_IN_USE) this.log.mismatches.push(c.number, P.NO_PREDICTION, was);
        break;
      }
      case P.OP_PUT_BACK:
        isolate.putBack(model.zone(c.zone), c.frame, c.order);
        break;
      default:
        this.compaction(c);
    }
  }

  private capture(c: Command): void {
    const zone = this.model.zone(c.zone);
    const whole = buddy.freeBlockOf(zone, c.operand === 1 ? this.lastFreed : c.frame);
    const isWhole = whole >= 0 && (zone.heads.get(whole)?.order ?? 0) >= c.order;
    const predicted = isWhole ? this.lastFreed - (this.lastFreed % 2 ** c.order) : P.NO_PREDICTION;
    const was = this.takeOut(c.frame, c.order);
    if (c.operand === 1 && predicted !== c.frame) {
      this.log.mismatches.push(c.number, predicted, was);
    }
    this.model.setMovable(c.frame, c.order, true);
  }

  private compaction(c: Command): void {
    if (c.op === P.OP_CAPTURE) {
      this.capture(c);
      return;
    }
    const slot = c.type & P.SCAN_SLOT_MASK;
    if (c.op === P.OP_SCAN_BEGIN) {
      this.beginScan(c, slot);
      return;
    }
    const scan = this.scans.get(slot);
    if (scan === undefined) throw new Error(`command ${c.op} outside a run of compaction`);
    switch (c.op) {
      case P.OP_SCAN_BATCH: {
        const isDone = (c.operand & P.SCAN_BLOCK_DONE) !== 0;
        scan.batch(c.frame, c.operand & P.SCAN_PAGES_MASK, isDone);
        break;
      }
      case P.OP_SCAN_TAKE:
        this.predictPlace(c, scan.take(c.order, c.operand));
        break;
      case P.OP_SCAN_RETURN:
        if (scan.takeBack(c.frame, c.order)) break;
        this.log.mismatches.push(c.number, P.NO_PREDICTION, this.takeOut(c.frame, c.order));
        scan.give(c.frame, c.order);
        break;
      case P.OP_SCAN_SEARCH:
        if (scan.heldPages === 0) scan.seek();
        break;
      case P.OP_SCAN_HOLD:
        this.hold(c, scan);
        break;
      case P.OP_SCAN_SETTLE:
        for (const pfn of scan.settle(c.order, c.operand)) {
          buddy.freeWhole(this.model.zone(c.zone), pfn, c.order);
        }
        break;
      case P.OP_SCAN_LEAVE: {
        const predicted = scan.nextHeld() ?? P.NO_PREDICTION;
        if (!scan.leave(c.frame, c.order) || predicted === c.frame) break;
        this.log.mismatches.push(c.number, predicted, P.RESYNC_IN_USE);
        break;
      }
      case P.OP_SCAN_END:
        if (c.operand === 1) scan.finish(c.frame);
        this.scans.delete(slot);
        break;
      default:
        throw new Error(`unknown command ${c.op}`);
    }
  }

  private hold(c: Command, scan: Scan): void {
    if (!scan.found(c.frame, c.order)) {
      this.log.places.push(c.number);
      this.takeFree(c);
    }
    scan.hold(c.frame, c.order);
  }

  /** A free block leaves its list for a while. */
  private takeFree({ zone, frame, order }: Command): number {
    const isThere = this.model.zone(zone).heads.get(frame)?.order === order;
    if (!isThere) return this.takeOut(frame, order);
    isolate.detach(this.model.zone(zone), frame, order);
    return P.RESYNC_IN_USE;
  }

  private beginScan(c: Command, slot: number): void {
    const flags = c.type >> P.SCAN_FLAGS_SHIFT;
    const options = {
      order: c.order,
      isAsync: (flags & P.SCAN_ASYNC) !== 0,
      inOrder: (flags & P.SCAN_IN_ORDER) !== 0,
      isDirect: flags !== 0,
      ignoresHints: c.order === 0,
      anyTarget: false,
      type: (flags & P.SCAN_IN_ORDER) === 0 ? L.MOVABLE : undefined,
    };
    const positions = { free: 0, async: 0, sync: 0, initFree: 0, initSource: 0 };
    const place = { target: c.frame, source: c.operand };
    const usedPages = (pfn: number): number => 2 ** (this.usedOrders.get(pfn) ?? 0);
    const scan = new Scan(
      this.model.zone(c.zone),
      options,
      place,
      { hints: this.hints, positions },
      usedPages,
    );
    this.scans.set(slot, scan);
  }

  /** Compares a prediction; after a wrong one `undo` puts it back and the kernel's block leaves. */
  private expect(c: Command, predicted: number, undo: (pfn: number) => void): void {
    if (predicted === c.frame) return;
    if (predicted >= 0) undo(predicted);
    const was = this.takeOut(c.frame, c.order);
    this.log.mismatches.push(c.number, predicted < 0 ? P.NO_PREDICTION : predicted, was);
  }

  private pop(c: Command): void {
    const { model } = this;
    const zone = model.zone(c.zone);
    this.expect(c, model.pop(zone, c.cpu, c.order, c.type), (pfn) => {
      const pcp = model.pcp(zone, c.cpu);
      const list = pcp.lists[L.pcpList(c.order, c.type)];
      if (this.isWrongAgain(c, pfn)) list?.push(pfn);
      else list?.unshift(pfn);
      pcp.count += 2 ** c.order;
    });
    model.setMovable(c.frame, c.order, c.type === L.MOVABLE);
  }

  private refill(c: Command): void {
    const zone = this.model.zone(c.zone);
    const predicted = this.model.rmqueue(c.zone, c.order, c.type, hintedTest(c.operand));
    this.expect(c, predicted, (pfn) => this.giveBack(c, pfn));
    this.model.park(zone, c.cpu, c.order, c.type, c.frame);
  }

  private free(c: Command): void {
    const { model } = this;
    this.leave(c);
    const zone = model.zone(c.zone);
    const type = zone.type(c.frame);
    if (!L.isPcpOrder(c.order) || type === L.ISOLATE || c.operand === P.FREE_DIRECT) {
      model.freeOne(c.frame, c.order);
      return;
    }
    model.setMovable(c.frame, c.order, false);
    const list = L.pcpList(c.order, type >= L.HIGHATOMIC ? L.MOVABLE : type);
    const pcp = model.pcp(zone, c.cpu);
    pcp.lists[list]?.unshift(c.frame);
    pcp.count += 2 ** c.order;
    this.freedList.set(pcp, list);
  }

  private drain(c: Command): void {
    const zone = this.model.zone(c.zone);
    const pcp = this.model.pcp(zone, c.cpu);
    let from = this.drainList.get(pcp) ?? 0;
    if (c.operand === P.DRAIN_FROM_ZERO) from = 0;
    if (c.operand === P.DRAIN_FROM_FREED) from = this.freedList.get(pcp) ?? 0;
    const list = pcps.firstList(pcp, from);
    this.drainList.set(pcp, Math.max(list, 0));
    const predicted = pcp.lists[list]?.at(-1) ?? -1;
    if (predicted === c.frame) {
      pcps.drainOne(zone, pcp, list);
      return;
    }
    const actual = pcp.lists.findIndex(
      (blocks, index) => L.pcpListOrder(index) === c.order && blocks.includes(c.frame),
    );
    this.expect(c, predicted, (pfn) => {
      if (actual === list) {
        const blocks = pcp.lists[list] ?? [];
        if (this.isWrongAgain(c, pfn)) blocks.unshift(...blocks.splice(-1));
      } else if (actual >= 0) this.skipLists(zone, pcp, list, actual);
    });
    if (actual >= 0) this.drainList.set(pcp, actual);
    buddy.freeWhole(zone, c.frame, c.order);
  }

  /** The kernel is past these lists: what they still hold must have been freed directly. */
  private skipLists(zone: Zone, pcp: Pcp, from: number, to: number): void {
    for (let list = from; list !== to; list = (list + 1) % pcp.lists.length) {
      while ((pcp.lists[list]?.length ?? 0) > 0) pcps.drainOne(zone, pcp, list);
    }
  }

  private giveBack(c: Command, pfn: number): void {
    const zone = this.model.zoneOf(pfn);
    const toTail = this.isWrongAgain(c, pfn);
    if (zone !== undefined) buddy.freeWhole(zone, pfn, c.order, toTail);
  }

  /** Whether the same block was the last wrong prediction for the same list too. */
  private isWrongAgain(c: Command, pfn: number): boolean {
    const list = L.isPcpOrder(c.order) ? L.pcpList(c.order, Math.min(c.type, 2)) : 15;
    const key = c.op * 4096 + c.zone * 16 + list;
    const again = this.lastWrong.get(key) === pfn;
    this.lastWrong.set(key, pfn);
    return again;
  }

  /** A block that is freed but free already: it left its list without an event. */
  private leave(c: Command): void {
    const was = this.takeOut(c.frame, c.order);
    if (was !== P.RESYNC_IN_USE) this.log.mismatches.push(c.number, c.frame, was);
  }

  /** Takes a block off whatever list holds it. */
  private takeOut(pfn: number, order: number): number {
    const zone = this.model.zoneOf(pfn);
    if (zone === undefined) return P.RESYNC_IN_USE;
    for (const pcp of zone.pcps) {
      for (const [index, list] of pcp.lists.entries()) {
        const at = list.indexOf(pfn);
        if (at < 0 || L.pcpListOrder(index) !== order) continue;
        list.splice(at, 1);
        pcp.count -= 2 ** order;
        return P.RESYNC_PCP;
      }
    }
    const head = buddy.freeBlockOf(zone, pfn);
    if (head < 0 || (zone.heads.get(head)?.order ?? 0) < order) {
      return this.takePieces(zone, pfn, order);
    }
    const whole = zone.remove(head);
    let block = head;
    for (let o = whole.order - 1; o >= order; o -= 1) {
      const upper = block + 2 ** o;
      zone.add(pfn >= upper ? block : upper, o, whole.type, false);
      if (pfn >= upper) block = upper;
    }
    return whole.order === order ? P.RESYNC_BUDDY : P.RESYNC_SPLIT;
  }

  /** Takes whatever parts of a block are on lists; RESYNC_IN_USE if none are. */
  private takePieces(zone: Zone, pfn: number, order: number): number {
    const end = pfn + 2 ** order;
    let was: number = P.RESYNC_IN_USE;
    for (let p = pfn; p < end; p += 1) {
      if (!zone.heads.has(p)) continue;
      zone.remove(p);
      was = P.RESYNC_SPLIT;
    }
    for (const pcp of zone.pcps) {
      for (const [index, list] of pcp.lists.entries()) {
        const kept = list.filter((block) => block < pfn || block >= end);
        if (kept.length === list.length) continue;
        pcp.count -= (list.length - kept.length) * 2 ** L.pcpListOrder(index);
        pcp.lists[index] = kept;
        was = P.RESYNC_PCP;
      }
    }
    return was;
  }

  private online(c: Command): void {
    const { model } = this;
    const pages = 2 ** c.order;
    const known = model.zones.find((z) => z.index === c.zone);
    const zone = known ?? model.addZone(c.zone, c.frame, 0);
    const start = Math.min(zone.start, c.frame);
    zone.spanned = Math.max(zone.end, c.frame + pages) - start;
    zone.start = start;
    zone.present += pages;
    zone.managed += pages;
    for (let p = c.frame; p < c.frame + pages; p += L.BLOCK_PAGES) zone.setType(p, L.MOVABLE);
    buddy.freeWhole(zone, c.frame, c.order, true);
  }

  private offline(c: Command): void {
    const zone = this.model.zone(c.zone);
    if (c.type !== P.OFFLINE_GONE) {
      zone.managed += c.type === P.OFFLINE_RETURNS ? c.operand : -c.operand;
      return;
    }
    zone.present -= c.operand;
    if (c.frame + c.operand === zone.end) zone.spanned -= c.operand;
  }
}
