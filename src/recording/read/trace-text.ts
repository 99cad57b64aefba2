// Reads the tracefs text of a recording (trace.txt) into columns, from chunks of bytes.
// Checks what a reader can check: whole lines, known events, time that never runs backwards, frames
// inside memory. What the events mean is the replay's business.

import { MIGRATE_TYPES, ORDERS, PAGEBLOCK_ORDER, US_PER_S } from '../../core/index.ts';
import { quote, RecordingError } from '../error.ts';
import { parseGfp } from './gfp-names.ts';
import { type FrameSpan, MemoryRanges } from './memory-ranges.ts';
import { hasPcpList } from './pagestate.ts';
import { expectShortLine, hexDigit, isDigit, startsWith } from './trace-bytes.ts';
import * as T from './trace-columns.ts';
import { type KernelTrace, TraceBuilder } from './trace-columns.ts';
import {
  EVENTS,
  KEY,
  COMPACT_MODES,
  MARK_TEXT,
  OWN_EVENT,
  OWN_TEXT,
  OWN_KIND,
  LOST_TEXT,
  STARTS_KHUGEPAGED,
} from './trace-words.ts';

/** A CPU number is a byte in a compiled recording. */
const CPUS_MOST = 256;

const NEWLINE = 10;
const SPACE = 32;
const DOT = 46;
const DASH = 45;
const COLON = 58;
const OPEN = 91;
const CLOSE = 93;
const ZERO = 48;
const HASH = 35;
/** Columns the kernel pads the task's name to; the dash before the pid follows. */
const COMM_COLUMNS = 16;

const decoder = new TextDecoder('latin1');

/** Takes the bytes of one trace in pieces of any size. */
export class TraceReader {
  private readonly file: string;
  private readonly cpus: number;
  private readonly memory: MemoryRanges;
  private readonly out = new TraceBuilder();
  private readonly taskIds = new Map<string, number>();
  private readonly gfpByHash = new Map<number, { text: Uint8Array; mask: number }>();
  private rest: Uint8Array = new Uint8Array(0);
  private line = 0;
  private lastTimeUs = 0;
  // The line being read.
  private buf: Uint8Array = new Uint8Array(0);
  private start = 0;
  private pos = 0;
  private end = 0;
  // The task of the line before, to skip the table when it stays the same.
  private lastTask: Uint8Array = new Uint8Array(0);
  private lastTaskId = 0;

  constructor(file: string, memory: readonly FrameSpan[], cpus: number = CPUS_MOST) {
    this.file = file;
    this.cpus = cpus;
    this.memory = new MemoryRanges(memory);
  }

  push(chunk: Uint8Array): void {
    let data = chunk;
    if (this.rest.length > 0) {
      data = new Uint8Array(this.rest.length + chunk.length);
      data.set(this.rest);
      data.set(chunk, this.rest.length);
    }
    let from = 0;
    for (;;) {
      const newline = data.indexOf(NEWLINE, from);
      if (newline < 0) break;
      this.readLine(data, from, newline);
      from = newline + 1;
    }
    this.rest = data.slice(from);
    expectShortLine(this.file, this.line + 1, this.rest);
  }

  /** Lines that are read. */
  get lines(): number {
    return this.line;
  }

  finish(): KernelTrace {
    if (this.rest.length > 0) {
      this.line += 1;
      const text = decoder.decode(this.rest);
      throw new RecordingError(this.file, this.line, 'a whole line', `a cut line ${quote(text)}`);
    }
    this.out.lines = this.line;
    return this.out.finish(this.file);
  }

  private fail(expected: string, from: number): never {
    const found = from >= this.end ? 'the end of the line' : quote(this.text(from, this.end));
    throw new RecordingError(this.file, this.line, expected, found);
  }

  private text(from: number, to: number): string {
    return decoder.decode(this.buf.subarray(from, to));
  }

  private readLine(data: Uint8Array, from: number, to: number): void {
    this.line += 1;
    this.buf = data;
    this.start = from;
    this.pos = from;
    this.end = to;
    if (to === from) return;
    if (data[from] === HASH) this.readComment();
    else if (startsWith(data, from, LOST_TEXT)) this.refuseLost(this.text(from, to));
    else this.readEvent();
  }

  /** "# entries-in-buffer/entries-written: A/B": A < B means that events were lost. */
  private readComment(): void {
    const text = this.text(this.start, this.end);
    const counts = /entries-written: (\d+)\/(\d+)/.exec(text);
    if (counts === null) return;
    if (counts[1] !== counts[2]) this.refuseLost(text);
    if (this.out.entries !== undefined) this.fail('one header', this.start);
    this.out.entries = Number(counts[1]);
    this.out.entriesLine = this.line;
  }

  private refuseLost(text: string): never {
    throw new RecordingError(this.file, this.line, 'a trace with all its events', quote(text));
  }

  private readEvent(): void {
    const task = this.readTask();
    const cpu = this.readCpu();
    const context = this.readContext();
    const timeUs = this.readTime();
    const kind = this.readKind();
    const { out } = this;
    if (kind === OWN_KIND) {
      out.marks.push({ event: out.count, timeUs, text: this.text(this.pos, this.end) });
      return;
    }
    const at = out.add();
    out.kind[at] = kind;
    out.timeUs[at] = timeUs;
    out.task[at] = task;
    out.cpu[at] = cpu;
    out.context[at] = context;
    out.line[at] = this.line;
    this.readFields(kind, at);
  }

  private readTask(): number {
    const { buf, start, end } = this;
    const dash = start + COMM_COLUMNS;
    if (dash >= end || buf[dash] !== DASH) this.fail("'TASK-PID'", start);
    let p = dash + 1;
    while (p < end && isDigit(buf[p])) p += 1;
    if (p === dash + 1 || p >= end) this.fail("'TASK-PID'", start);
    this.pos = p;
    const { lastTask } = this;
    const length = p - start;
    if (lastTask.length === length) {
      let same = 0;
      while (same < length && lastTask[same] === buf[start + same]) same += 1;
      if (same === length) return this.lastTaskId;
    }
    this.lastTask = buf.slice(start, p);
    this.lastTaskId = this.taskId(start, dash, p);
    return this.lastTaskId;
  }

  private taskId(start: number, dash: number, end: number): number {
    const name = this.text(start, end).trimStart();
    const known = this.taskIds.get(name);
    if (known !== undefined) return known;
    const id = this.out.tasks.length;
    this.out.tasks.push({
      comm: this.text(start, dash).trim(),
      pid: Number(this.text(dash + 1, end)),
    });
    this.taskIds.set(name, id);
    return id;
  }

  private skipSpaces(): void {
    while (this.pos < this.end && this.buf[this.pos] === SPACE) this.pos += 1;
  }

  private readCpu(): number {
    this.skipSpaces();
    if (this.buf[this.pos] !== OPEN || this.pos >= this.end) this.fail("'[cpu]'", this.pos);
    this.pos += 1;
    const from = this.pos;
    const cpu = this.decimal('a cpu number');
    if (cpu >= this.cpus) this.fail(`a cpu below ${this.cpus}`, from);
    if (this.buf[this.pos] !== CLOSE) this.fail("']'", this.pos);
    this.pos += 1;
    return cpu;
  }

  /** Five flag characters: irqs off, need resched, hard/soft irq, preemption depth, migrate. */
  private readContext(): number {
    this.skipSpaces();
    const { buf, pos } = this;
    if (pos + 5 >= this.end || buf[pos + 5] !== SPACE) this.fail('five context flags', pos);
    let context = 0;
    const irqs = buf[pos] ?? 0;
    if (irqs === 100 || irqs === 68) context |= T.CONTEXT_IRQS_OFF; // d, D
    const irq = buf[pos + 2] ?? 0;
    if (irq === 104 || irq === 72 || irq === 122 || irq === 90) context |= T.CONTEXT_HARDIRQ;
    if (irq === 115 || irq === 72) context |= T.CONTEXT_SOFTIRQ;
    const depth = buf[pos + 3] ?? 0;
    if (depth !== DOT) context |= hexDigit(depth) & T.CONTEXT_DEPTH_MASK;
    this.pos = pos + 5;
    return context;
  }

  private readTime(): number {
    this.skipSpaces();
    const from = this.pos;
    const seconds = this.decimal('a time');
    if (this.buf[this.pos] !== DOT || this.pos >= this.end) this.fail("'.' in the time", this.pos);
    this.pos += 1;
    const fraction = this.pos;
    const microseconds = this.decimal('microseconds');
    if (this.pos - fraction !== 6 || this.buf[this.pos] !== COLON || this.pos >= this.end) {
      this.fail("a time with six decimals and ':'", from);
    }
    this.pos += 1;
    const timeUs = seconds * US_PER_S + microseconds;
    if (!Number.isSafeInteger(timeUs)) this.fail(T.TIME_EXPECTED, from);
    if (timeUs < this.lastTimeUs) {
      this.fail(`a time not before ${(this.lastTimeUs / US_PER_S).toFixed(6)}`, from);
    }
    this.lastTimeUs = timeUs;
    return timeUs;
  }

  private readKind(): number {
    this.skipSpaces();
    const { buf, pos, end } = this;
    let colon = pos;
    while (colon < end && buf[colon] !== COLON) colon += 1;
    if (colon >= end) this.fail("an event name and ':'", pos);
    for (const { name, kind } of EVENTS) {
      if (name.length === colon - pos && startsWith(buf, pos, name)) {
        this.pos = colon + 1;
        return kind;
      }
    }
    this.pos = colon + 1;
    this.skipSpaces();
    if (startsWith(buf, pos, OWN_EVENT) && startsWith(buf, this.pos, OWN_TEXT)) {
      this.pos += OWN_TEXT.length;
      return OWN_KIND;
    }
    if (startsWith(buf, this.pos, MARK_TEXT)) {
      const label = this.text(this.pos + MARK_TEXT.length, end).trim();
      if (label === 'start') return T.EVENT_STATE_START;
      if (label === 'end') return T.EVENT_STATE_END;
    }
    return this.fail('a known event', pos);
  }

  private readFields(kind: number, at: number): void {
    const { out } = this;
    switch (kind) {
      case T.EVENT_ALLOC:
        out.pfn[at] = this.frame(true);
        out.order[at] = this.orderOf(out.pfn[at]);
        out.type[at] = this.small(KEY.type, MIGRATE_TYPES, 'migratetype');
        out.gfp[at] = this.gfp();
        break;
      case T.EVENT_FREE:
      case T.EVENT_FREE_BATCHED:
        this.readFree(kind, at);
        break;
      case T.EVENT_TAKE:
      case T.EVENT_DRAIN:
        out.pfn[at] = this.frame(false);
        out.order[at] = this.orderOf(out.pfn[at]);
        out.type[at] = this.small(KEY.type, MIGRATE_TYPES, 'migratetype');
        if (kind === T.EVENT_TAKE)
          this.expectField(KEY.refill, 'percpu_refill', hasPcpList(out.order[at], out.type[at]));
        this.expectEnd();
        break;
      case T.EVENT_FALLBACK:
        this.readFallback(at);
        break;
      default:
        this.readOther(kind, at);
    }
  }

  private readFree(kind: number, at: number): void {
    const from = this.seek(KEY.pfn, 'pfn');
    const pfn = this.hex('a frame number');
    const order = this.orderOf(pfn, kind === T.EVENT_FREE_BATCHED ? 1 : ORDERS);
    if (!this.memory.has(pfn) && !(kind === T.EVENT_FREE && this.memory.online(pfn, order)))
      this.outside(from);
    this.expectEnd();
    this.out.pfn[at] = pfn;
    this.out.order[at] = order;
  }

  private readFallback(at: number): void {
    const { out } = this;
    out.pfn[at] = this.frame(false);
    out.order[at] = this.small(KEY.allocOrder, ORDERS, 'alloc_order');
    const order = this.small(KEY.fallbackOrder, ORDERS, 'fallback_order');
    this.expectField(KEY.pageblockOrder, 'pageblock_order', PAGEBLOCK_ORDER);
    out.type[at] = this.small(KEY.allocType, MIGRATE_TYPES, 'alloc_migratetype');
    const type = this.small(KEY.fallbackType, MIGRATE_TYPES, 'fallback_migratetype');
    if (type === out.type[at]) this.fail('another migratetype', this.pos - 1);
    this.expectField(KEY.fragmenting, 'fragmenting', order < PAGEBLOCK_ORDER);
    out.extra[at] = T.packFallback(order, type, this.small(KEY.ownership, 2, 'change_ownership'));
    this.expectEnd();
  }

  private readOther(kind: number, at: number): void {
    const { out } = this;
    switch (kind) {
      case T.EVENT_MIGRATE:
        out.pfn[at] = this.count(KEY.succeeded, 'nr_succeeded');
        out.gfp[at] = this.count(KEY.failed, 'nr_failed');
        out.order[at] = this.oneOf(KEY.mode, 'mode', T.MIGRATE_MODES);
        out.extra[at] = this.oneOf(KEY.reason, 'reason', T.MIGRATE_REASONS);
        break;
      case T.EVENT_COMPACT_BEGIN:
      case T.EVENT_COMPACT_END:
        out.gfp[at] = this.hexField(KEY.zoneStart, 'zone_start');
        out.pfn[at] = this.hexField(KEY.migratePfn, 'migrate_pfn');
        out.extra[at] = this.hexField(KEY.freePfn, 'free_pfn');
        out.type[at] = this.oneOf(KEY.mode, 'mode', COMPACT_MODES);
        if (kind === T.EVENT_COMPACT_END)
          out.order[at] = this.oneOf(KEY.status, 'status', T.COMPACT_STATUSES);
        break;
      case T.EVENT_KSWAPD_WAKE:
        out.order[at] = this.small(KEY.order, ORDERS, 'order');
        break;
      case T.EVENT_WAKEUP_KSWAPD:
        out.order[at] = this.small(KEY.order, ORDERS, 'order');
        out.gfp[at] = this.gfp();
        break;
      case T.EVENT_FORK:
        out.pfn[at] = this.count(KEY.pid, 'pid');
        out.type[at] = this.find(STARTS_KHUGEPAGED) < 0 ? 0 : 1;
        out.extra[at] = this.count(KEY.childPid, 'child_pid');
        break;
      case T.EVENT_EXIT:
      case T.EVENT_EXEC:
        out.pfn[at] = this.count(KEY.pid, 'pid');
        break;
      case T.EVENT_BULK_BEGIN:
        out.gfp[at] = this.hexField(KEY.bulkGfp, 'gfp');
        out.extra[at] = this.count(KEY.bulkNr, 'nr');
        break;
      case T.EVENT_BULK_END:
        out.extra[at] = this.count(KEY.taken, 'taken');
        break;
      default:
    }
  }

  private expectEnd(): void {
    if (this.pos !== this.end) this.fail('the end of the line', this.pos);
  }

  /** Where in the rest of the line a word begins; -1: nowhere. */
  private find(word: Uint8Array): number {
    const { buf, end } = this;
    const first = word[0];
    const last = end - word.length;
    for (let p = this.pos; p <= last; p += 1) {
      if (buf[p] === first && startsWith(buf, p, word)) return p;
    }
    return -1;
  }

  /** Moves past a key, or says that the line was cut before it. */
  private seek(key: Uint8Array, name: string): number {
    const at = this.find(key);
    if (at < 0) return this.fail(`'${name}=' (the line is cut or not in order)`, this.end);
    this.pos = at + key.length;
    return at;
  }

  private decimal(what: string): number {
    const { buf, end } = this;
    const from = this.pos;
    let value = 0;
    let p = from;
    for (; p < end && isDigit(buf[p]); p += 1) value = value * 10 + (buf[p] ?? 0) - ZERO;
    if (p === from) this.fail(what, from);
    this.pos = p;
    return value;
  }

  private hex(what: string): number {
    const { buf, end } = this;
    const from = this.pos;
    let value = 0;
    let p = from;
    for (; p < end; p += 1) {
      const digit = hexDigit(buf[p] ?? 0);
      if (digit < 0) break;
      value = value * 16 + digit;
    }
    if (p === from) this.fail(what, from);
    this.pos = p;
    return value;
  }

  private hexField(key: Uint8Array, name: string): number {
    this.seek(key, name);
    return this.hex(`a hexadecimal ${name}`);
  }

  private count(key: Uint8Array, name: string): number {
    this.seek(key, name);
    return this.decimal(`a number for ${name}`);
  }

  private expectField(key: Uint8Array, name: string, value: number | boolean): void {
    this.seek(key, name);
    const from = this.pos;
    if (this.decimal(`a number for ${name}`) !== Number(value))
      this.fail(`${name}=${Number(value)}`, from);
  }

  private small(key: Uint8Array, limit: number, name: string): number {
    this.seek(key, name);
    return this.below(limit, name);
  }

  /** The order of a block, which begins at a multiple of its size. */
  private orderOf(pfn: number, limit: number = ORDERS): number {
    const from = this.seek(KEY.order, 'order');
    const order = this.below(limit, 'order');
    if (pfn !== T.NO_FRAME && pfn % 2 ** order !== 0) this.fail('the order of a block there', from);
    return order;
  }

  private below(limit: number, name: string): number {
    const from = this.pos;
    const value = this.decimal(`a number for ${name}`);
    if (value >= limit) this.fail(`${name} below ${limit}`, from);
    return value;
  }

  private frame(mayFail: boolean): number {
    const from = this.seek(KEY.pfn, 'pfn');
    const pfn = this.hex('a frame number');
    // A request that failed shows frame 0 (which nobody can be given) or all bits set.
    if (mayFail && (pfn === 0 || pfn > T.NO_FRAME)) return T.NO_FRAME;
    if (!this.memory.has(pfn)) this.outside(from);
    return pfn;
  }

  private outside(from: number): never {
    return this.fail(`a frame inside memory (${this.memory})`, from);
  }

  private gfp(): number {
    this.seek(KEY.gfp, 'gfp_flags');
    const { buf, pos, end } = this;
    let hash = end - pos;
    for (let p = pos; p < end; p += 1) hash = Math.imul(hash ^ (buf[p] ?? 0), 0x0100_0193);
    const known = this.gfpByHash.get(hash);
    if (known !== undefined && known.text.length === end - pos && startsWith(buf, pos, known.text))
      return known.mask;
    const mask = parseGfp(this.text(pos, end).trim());
    if (typeof mask === 'string') {
      throw new RecordingError(this.file, this.line, 'gfp flags', quote(mask));
    }
    this.gfpByHash.set(hash, { text: buf.slice(pos, end), mask });
    return mask;
  }

  private oneOf(key: Uint8Array, name: string, words: readonly string[]): number {
    this.seek(key, name);
    let to = this.pos;
    while (to < this.end && this.buf[to] !== SPACE) to += 1;
    const found = words.indexOf(this.text(this.pos, to));
    if (found < 0) this.fail(`a known ${name}`, this.pos);
    return found;
  }
}
