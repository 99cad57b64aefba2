// What programs did to memory, from page events and the kernel's counts of resident memory: a program begins with an exec, and
// has the threads and children that exec nothing.

import { escaped } from '../../check/index.ts';
import { FRAME_BYTES, US_PER_S } from '../../core/index.ts';
import { type EventLine, fieldOf } from './line.ts';

/** One program, in frames of 4 KiB. */
export interface ImportedProcess {
  /** Of its first process. */
  readonly pid: number;
  /** As the kernel calls it. */
  readonly name: string;
  /** Seconds since the first event. */
  readonly firstS: number;
  /** Seconds from the first event to its last. */
  readonly lastS: number;
  /** Frames that it got… */
  readonly allocated: number;
  /** …those of them that somebody freed… */
  readonly freed: number;
  /** …and the most that it had of them at a time. */
  readonly most: number;
  /** Anonymous and file memory of its largest address space, at most and at last; undefined: no rss_stat. */
  readonly anonymous?: Resident | undefined;
  /** Of files: the same. */
  readonly file?: Resident | undefined;
  /** Pages that it brought into the page cache. */
  readonly cached: number;
  /** Page faults, as far as events tell them. */
  readonly faults: number;
}

export interface Resident {
  readonly most: number;
  readonly last: number;
}

interface Program {
  readonly pid: number;
  name: string;
  readonly firstUs: number;
  lastUs: number;
  allocated: number;
  freed: number;
  held: number;
  most: number;
  cached: number;
  faults: number;
}

interface Space {
  /** Undefined: none that was seen to have it. */
  program: Program | undefined;
  readonly anonymous: { most: number; last: number };
  readonly file: { most: number; last: number };
}

/** By the names of 5.16 and later, and by the numbers of before. */
const KINDS: Readonly<Record<string, 'anonymous' | 'file'>> = {
  MM_ANONPAGES: 'anonymous',
  MM_FILEPAGES: 'file',
  '1': 'anonymous',
  '0': 'file',
};

export class Processes {
  private readonly _byPid = new Map<number, Program>();
  private readonly _all: Program[] = [];
  /** By the kernel's number of it, which the next one may have when it is gone. */
  private readonly _spaces = new Map<string, Space>();
  private readonly _allSpaces: Space[] = [];
  private readonly _held = new Map<
    number,
    { readonly program: Program; readonly frames: number }
  >();
  private _startUs: number | undefined;

  private _make(pid: number, name: string, firstUs: number): Program {
    const counts = { allocated: 0, freed: 0, held: 0, most: 0, cached: 0, faults: 0 };
    const made = { pid, name, firstUs, lastUs: firstUs, ...counts };
    this._all.push(made);
    this._byPid.set(pid, made);
    return made;
  }

  private _of({ pid, comm, timeUs }: EventLine): Program {
    this._startUs ??= timeUs;
    const program = this._byPid.get(pid) ?? this._make(pid, comm, timeUs);
    program.lastUs = timeUs;
    return program;
  }

  give(line: EventLine, pfn: number, order: number): void {
    const program = this._of(line);
    const frames = 2 ** order;
    this.free(pfn);
    this._held.set(pfn, { program, frames });
    program.allocated += frames;
    program.held += frames;
    program.most = Math.max(program.most, program.held);
  }

  free(pfn: number): void {
    const held = this._held.get(pfn);
    if (held === undefined) return;
    this._held.delete(pfn);
    held.program.held -= held.frames;
    held.program.freed += held.frames;
  }

  fork(line: EventLine, child: number): void {
    this._byPid.set(child, this._of(line));
  }

  exec(line: EventLine, pid: number): void {
    this._of(line);
    const name = fieldOf(line.fields, 'filename')?.split('/').at(-1) ?? line.comm;
    this._make(pid, name, line.timeUs);
  }

  exit(line: EventLine, pid: number): void {
    this._of(line);
    this._byPid.delete(pid);
  }

  fault(line: EventLine): void {
    this._of(line).faults += 1;
  }

  cache(line: EventLine, pages: number): void {
    this._of(line).cached += pages;
  }

  /** Whether the line is one. */
  rss(line: EventLine): boolean {
    const { fields } = line;
    const id = fieldOf(fields, 'mm_id');
    const size = /(?:^|\s)size=(-?\d+)B/.exec(fields)?.[1];
    const kind = fieldOf(fields, 'type') ?? fieldOf(fields, 'member');
    if (id === undefined || size === undefined || kind === undefined) return false;
    if (!Number.isSafeInteger(Number(size))) return false;
    const program = this._of(line);
    const isOwn = fieldOf(fields, 'curr') === '1';
    const known = this._spaces.get(id);
    // whose it is says the task that has it
    const isOther = isOwn && known?.program !== undefined && known.program !== program;
    const space = known === undefined || isOther ? this._newSpace(id) : known;
    if (isOwn) space.program = program;
    const which = KINDS[kind];
    if (which === undefined) return true;
    const frames = Math.max(0, Math.round(Number(size) / FRAME_BYTES));
    space[which].last = frames;
    space[which].most = Math.max(space[which].most, frames);
    return true;
  }

  private _newSpace(id: string): Space {
    const space = {
      program: undefined,
      anonymous: { most: 0, last: 0 },
      file: { most: 0, last: 0 },
    };
    this._spaces.set(id, space);
    this._allSpaces.push(space);
    return space;
  }

  /** Those that got a page or faulted, the largest first. */
  list(): ImportedProcess[] {
    const startUs = this._startUs ?? 0;
    return this._all
      .filter(({ allocated, faults }) => allocated + faults > 0)
      .map((program) => {
        const { pid, name, firstUs, lastUs, allocated, freed, most, cached, faults } = program;
        const [firstS, lastS] = [secondsOf(firstUs - startUs), secondsOf(lastUs - startUs)];
        const counts = { allocated, freed, most, ...this._largest(program), cached, faults };
        return { pid, name: escaped(name), firstS, lastS, ...counts };
      })
      .toSorted((a, b) => b.allocated - a.allocated || a.pid - b.pid);
  }

  private _largest(program: Program): Pick<ImportedProcess, 'anonymous' | 'file'> {
    const own = this._allSpaces.filter((space) => space.program === program);
    const [largest] = own.toSorted((a, b) => sizeOf(b) - sizeOf(a));
    return largest === undefined ? {} : { anonymous: largest.anonymous, file: largest.file };
  }
}

function secondsOf(us: number): number {
  return us / US_PER_S;
}

function sizeOf({ anonymous, file }: Space): number {
  return anonymous.most + file.most;
}
