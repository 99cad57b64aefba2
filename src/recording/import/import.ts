// guestmem import: page events of any machine as a recording without the allocator's state (docs/recording.md).

import { gzipSync } from 'node:zlib';
import { KIB } from '../../abi/unit.ts';
import { MIB, MIGRATE_TYPES, ORDERS, US_PER_S } from '../../core/index.ts';
import { FUNCTION, expectShape, expectText } from '../../check/index.ts';
import { RecordingError, quote } from '../error.ts';
import {
  type ImportFile,
  type Kinds,
  type Look,
  type Reading,
  NO_FRAME,
  expectShortLine,
  migratetypeOf,
  parseGfpKnown,
  readBytes,
  readImport,
} from '../read/index.ts';
import { ImportedFrames } from './frames.ts';
import { type EventLine, type Tool, eventLine, fieldOf, isBetween, saysLost } from './line.ts';
import { type ImportedProcess, Processes } from './processes.ts';

/** What an import made of a text. */
export interface ImportReport extends ImportFile {
  /** Which tool has written it. */
  readonly source: Tool;
  /** Of the text: events that are page events or say who runs. */
  readonly events: number;
  /** All others, by name: how many of each. */
  readonly passedOver: Readonly<Record<string, number>>;
  /** Of the machine, as far as events name them. */
  readonly cpus: number;
  /** Seconds from the first event to the last. */
  readonly spanS: number;
  /** Frames of pageblocks that events name: the memory that is there for `pages`. */
  readonly memoryFrames: number;
  /** Frames that were got again before an event freed them: a free is put before. */
  readonly freesMissing: number;
  /** Frees of frames that no event had taken since they were free: left out. */
  readonly allocsMissing: number;
  /** Names of gfp flags that are not known here. */
  readonly unknownFlags: readonly string[];
  /** Of all counts of memory in it. */
  readonly unit: 'frames of 4 KiB';
  /** What each program did, those that got most first. */
  readonly processes: readonly ImportedProcess[];
}

/** What page events came to. */
export interface Imported {
  /** What they were, and what each program did. */
  readonly report: ImportReport;
  /** By name: a folder that `guestmem pages` and `guestmem profile` read. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** The second byte of gzip, behind one that is a control character. */
const GZIP = /^.\u008b/;

interface WrittenFile {
  readonly name: string;
  readonly mark: RegExp;
  readonly usualBytes: number;
  /** Where the mark stands in many files, as those of recordings: this one must be there. */
  readonly beside?: WrittenFile;
}

const REPORT: WrittenFile = {
  name: 'import.json',
  mark: /"format": "guestmem-import-1"/,
  usualBytes: 16 * KIB,
};

/** The files of an import, and what stands in such a file and in few others. */
export const IMPORT_FILES: readonly WrittenFile[] = [
  REPORT,
  { name: 'pagestate.end', mark: /^pagestate end/, usualBytes: MIB, beside: REPORT },
  { name: 'pagestate.start', mark: /^pagestate start/, usualBytes: MIB, beside: REPORT },
  { name: 'trace.txt.gz', mark: GZIP, usualBytes: 4 * MIB, beside: REPORT },
];

/** A CPU number is a byte in a trace. */
const CPUS_MOST = 256;
/** The kernel numbers fewer tasks than that. */
const PIDS: number = 2 ** 22;
const COMM_COLUMNS = 16;
const PID_COLUMNS = 7;
/** Text that is packed at a time. */
const PACKED_CHARS = 4 * MIB;
const NEWLINE = 10;

const decoder = new TextDecoder('latin1');

function secondsText(timeUs: number): string {
  return (timeUs / US_PER_S).toFixed(6);
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function lineOf({ comm, pid, cpu, flags, timeUs }: EventLine, text: string): string {
  const seconds = Math.floor(timeUs / US_PER_S);
  const micros = `${timeUs % US_PER_S}`.padStart(6, '0');
  const task = `${comm.padStart(COMM_COLUMNS)}-${`${pid}`.padEnd(PID_COLUMNS)}`;
  return `${task} [${`${cpu}`.padStart(3, '0')}] ${flags} ${seconds}.${micros}: ${text}\n`;
}

class Importer {
  private readonly _file: string;
  private readonly _frames = new ImportedFrames();
  private readonly _processes = new Processes();
  private readonly _passedOver = new Map<string, number>();
  private readonly _unknownFlags = new Set<string>();
  private readonly _packed: Uint8Array[] = [];
  private _text = '';
  private _entries = 0;
  private _events = 0;
  private _line = 0;
  private _cpus = 1;
  private _first: EventLine | undefined;
  private _last: EventLine | undefined;
  private _freesMissing = 0;
  private _allocsMissing = 0;

  constructor(file: string) {
    this._file = file;
  }

  private _fail(expected: string, found: string): never {
    throw new RecordingError(this._file, this._line, expected, found);
  }

  push(text: string): void {
    this._line += 1;
    if (saysLost(text)) this._fail('a text with all its events', quote(text.trim()));
    const line = eventLine(text);
    if (line !== undefined) this._take(line);
    else if (!isBetween(text)) {
      this._fail(
        "an event of trace-cmd report or perf script ('TASK-PID [CPU] TIME: EVENT:')",
        quote(text.trim()),
      );
    }
  }

  /** What stands behind the last whole line so far. */
  rest(begin: Uint8Array): void {
    expectShortLine(this._file, this._line + 1, begin);
  }

  /** The text ends amid a line. */
  cut(text: string): never {
    this._line += 1;
    return this._fail('a whole line', `a cut line ${quote(text)}`);
  }

  private _take(line: EventLine): void {
    const { _last: last } = this;
    if (line.tool !== (this._first ?? line).tool) {
      this._fail(`events of ${this._first?.tool}, as before`, `one of ${line.tool}`);
    }
    if (line.cpu >= CPUS_MOST) this._fail(`a cpu below ${CPUS_MOST}`, `${line.cpu}`);
    if (line.pid >= PIDS) this._fail(`a task below ${PIDS}`, `${line.pid}`);
    if (!Number.isSafeInteger(line.timeUs)) this._fail('a time in seconds', `${line.timeUs} us`);
    if (last !== undefined && line.timeUs < last.timeUs) {
      this._fail(`a time not before ${secondsText(last.timeUs)}`, secondsText(line.timeUs));
    }
    if (this._first === undefined) this._begin(line);
    this._last = line;
    this._cpus = Math.max(this._cpus, line.cpu + 1);
    if (this._read(line)) this._events += 1;
    else this._passedOver.set(line.event, (this._passedOver.get(line.event) ?? 0) + 1);
  }

  private _begin(line: EventLine): void {
    this._first = line;
    this._write(line, 'import: pagestate start');
  }

  private _write(line: EventLine, text: string): void {
    this._text += lineOf(line, text);
    this._entries += 1;
    if (this._text.length < PACKED_CHARS) return;
    this._packed.push(gzipSync(Buffer.from(this._text, 'latin1')));
    this._text = '';
  }

  /** Whether it is an event that counts here. */
  private _read(line: EventLine): boolean {
    const processes = this._processes;
    switch (line.event) {
      case 'mm_page_alloc':
        this._alloc(line);
        return true;
      case 'mm_page_free':
        this._free(line);
        return true;
      case 'sched_process_fork':
        processes.fork(line, this._task(line, `pid=${line.pid} child_pid=`, 'child_pid'));
        return true;
      case 'sched_process_exec':
        processes.exec(line, this._task(line, 'pid=', 'pid'));
        return true;
      case 'sched_process_exit':
        processes.exit(line, this._task(line, 'pid=', 'pid'));
        return true;
      default:
        return this._readOther(line);
    }
  }

  /** An event of a task's life is written with the fields that are read of it. Which task. */
  private _task(line: EventLine, fields: string, key: string): number {
    const pid = this._number(line, key, PIDS);
    this._write(line, `${line.event}: ${fields}${pid}`);
    return pid;
  }

  private _readOther(line: EventLine): boolean {
    switch (line.event) {
      case 'rss_stat':
        if (!this._processes.rss(line)) {
          this._fail("'mm_id=', 'type=' and 'size=' of rss_stat", quote(line.fields));
        }
        return true;
      case 'mm_filemap_add_to_page_cache':
        this._frame(line);
        this._processes.cache(line, 2 ** (this._optional(line, 'order') ?? 0));
        return true;
      case 'mm_filemap_delete_from_page_cache':
        this._frame(line);
        return true;
      case 'page_fault_user':
      case 'page_fault_kernel':
        this._processes.fault(line);
        return true;
      default:
        return false;
    }
  }

  private _need(line: EventLine, key: string): string {
    return (
      fieldOf(line.fields, key) ?? this._fail(`'${key}=' of ${line.event}`, quote(line.fields))
    );
  }

  private _number(line: EventLine, key: string, limit = Number.MAX_SAFE_INTEGER): number {
    const text = this._need(line, key);
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value < limit) return value;
    const wanted = limit === Number.MAX_SAFE_INTEGER ? 'a number' : `a number below ${limit}`;
    return this._fail(`${wanted} for ${key}`, quote(text));
  }

  private _optional(line: EventLine, key: string): number | undefined {
    return fieldOf(line.fields, key) === undefined ? undefined : this._number(line, key, ORDERS);
  }

  /** Hexadecimal, or decimal as kernels before 5.11 have it. */
  private _frame(line: EventLine): number {
    const text = this._need(line, 'pfn');
    const value = /^(?:0x[\da-f]+|\d+)$/.test(text) ? Number(text) : Number.NaN;
    if (value <= Number.MAX_SAFE_INTEGER) return value;
    return this._fail('a frame number for pfn', quote(text));
  }

  private _inMemory(line: EventLine, pfn: number, order: number): void {
    if (pfn > 0 && pfn + 2 ** order < NO_FRAME && pfn % 2 ** order === 0) return;
    this._fail(
      `a frame of memory at order ${order}`,
      `0x${pfn.toString(16)} in ${quote(line.fields)}`,
    );
  }

  private _alloc(line: EventLine): void {
    const order = this._number(line, 'order', ORDERS);
    const type = this._number(line, 'migratetype', MIGRATE_TYPES);
    const flags = this._need(line, 'gfp_flags');
    const { mask, unknown } = parseGfpKnown(flags);
    for (const name of unknown) this._unknownFlags.add(name);
    if (migratetypeOf(mask) !== type) {
      this._fail(`migratetype ${migratetypeOf(mask)}, as gfp_flags ask for`, `${type}`);
    }
    const pfn = this._frame(line);
    // a request that failed shows frame 0, or all bits set
    if (pfn === 0 || pfn >= NO_FRAME) return;
    this._inMemory(line, pfn, order);
    for (let frame = pfn; frame < pfn + 2 ** order; frame += 1) {
      if (this._frames.isUsed(frame)) this._freeFirst(line, frame);
    }
    this._frames.give(pfn, order, type);
    this._processes.give(line, pfn, order);
    const known = flags.split('|').filter((name) => !unknown.includes(name));
    const gfp = known.length === 0 ? 'none' : known.join('|');
    const frame = `page=0 pfn=0x${pfn.toString(16)} order=${order}`;
    this._write(line, `mm_page_alloc: ${frame} migratetype=${type} gfp_flags=${gfp}`);
  }

  /** Somebody freed it, and no event says so. */
  private _freeFirst(line: EventLine, frame: number): void {
    this._freesMissing += 1;
    this._frames.free(frame, 0);
    this._write(line, `mm_page_free: page=0 pfn=0x${frame.toString(16)} order=0`);
  }

  private _free(line: EventLine): void {
    const order = this._number(line, 'order', ORDERS);
    const pfn = this._frame(line);
    this._inMemory(line, pfn, order);
    this._processes.free(pfn);
    const freed = this._frames.free(pfn, order);
    this._allocsMissing += 2 ** order - freed.length;
    const isWhole = freed.length === 2 ** order;
    for (const frame of isWhole ? [pfn] : freed) {
      const block = `pfn=0x${frame.toString(16)} order=${isWhole ? order : 0}`;
      this._write(line, `mm_page_free: page=0 ${block}`);
    }
  }

  finish(): Imported {
    const { _first: first, _last: last } = this;
    if (first === undefined || last === undefined || this._frames.frames === 0) {
      const expected = 'page events (mm_page_alloc, mm_page_free)';
      throw new RecordingError(this._file, this._line, expected, 'none');
    }
    this._write(last, 'import: pagestate end');
    const report: ImportReport = {
      format: 'guestmem-import-1',
      source: first.tool,
      events: this._events,
      passedOver: Object.fromEntries([...this._passedOver].toSorted()),
      cpus: this._cpus,
      spanS: (last.timeUs - first.timeUs) / US_PER_S,
      memoryFrames: this._frames.frames,
      freesMissing: this._freesMissing,
      allocsMissing: this._allocsMissing,
      unknownFlags: [...this._unknownFlags].toSorted(),
      unit: 'frames of 4 KiB',
      processes: this._processes.list(),
    };
    return { report, files: this._files(report) };
  }

  private _files(report: ImportReport): Map<string, Uint8Array> {
    const counts = `# entries-in-buffer/entries-written: ${this._entries}/${this._entries}   #P:${this._cpus}\n`;
    const parts = [gzipSync(counts), ...this._packed, gzipSync(Buffer.from(this._text, 'latin1'))];
    return new Map([
      ['trace.txt.gz', Buffer.concat(parts)],
      ['pagestate.start', utf8(this._frames.state('start', this._cpus))],
      ['pagestate.end', utf8(this._frames.state('end', this._cpus))],
      ['import.json', utf8(`${JSON.stringify(report, null, 2)}\n`)],
    ]);
  }
}

/** Lines of a text that ends with one; they end as on Linux or on Windows. */
function linesOf(text: string): string[] {
  return text.replaceAll('\r\n', '\n').split('\n').slice(0, -1);
}

/**
 * Reads page events that trace-cmd or perf recorded on any machine (`guestmem import FILE`), as text or packed with gzip, and makes a
 * recording of them: files by name, for `openCapture` when they lie in a folder, and a report of what programs did. `onRead` hears how
 * many bytes of the file are read. Throws RecordingError with the line.
 *
 * @example
 * const { files, report } = await importEvents('events.txt.gz');
 * for (const [name, bytes] of files) writeFileSync(join('imported', name), bytes);
 */
export async function importEvents(file: string, onRead?: Reading): Promise<Imported> {
  expectText('file', file);
  expectShape('arguments', { onRead }, { 'onRead?': FUNCTION });
  const importer = new Importer(file);
  let rest = new Uint8Array(0);
  for await (const chunk of readBytes(file, onRead)) {
    const data = Buffer.concat([rest, chunk]);
    const end = data.lastIndexOf(NEWLINE);
    const whole = decoder.decode(data.subarray(0, end + 1));
    for (const line of linesOf(whole)) importer.push(line);
    rest = data.subarray(end + 1);
    importer.rest(rest);
  }
  if (rest.length > 0) importer.cut(decoder.decode(rest));
  return importer.finish();
}

/** What stands of each program. */
function programs(kinds: Kinds): Record<string, Look> {
  const { frames, number } = kinds;
  const program = kinds.object({
    pid: frames,
    name: kinds.line,
    firstS: number,
    lastS: number,
    allocated: frames,
    freed: frames,
    most: frames,
    cached: frames,
    faults: frames,
  });
  return { processes: kinds.list(program) };
}

/** What was imported into a folder; undefined: it is no import. Throws RecordingError. */
export function importReportOf(folder: string): ImportReport | undefined {
  expectText('folder', folder);
  return readImport(folder, programs) as ImportReport | undefined;
}
