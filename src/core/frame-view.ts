// What the core's tables say of one frame: kind, order, owner, tag, zone. A view, as for zones.

import {
  GUEST_BACKED_OFFSET,
  GUEST_BLOCKS_OFFSET,
  GUEST_RECORDS_OFFSET,
  GUEST_SPAN_OFFSET,
  GUEST_STATES_OFFSET,
  GUEST_TEMPLATE_OFFSET,
  KIND_KERNEL,
  KIND_MASK,
  KIND_MOVABLE,
  KIND_OBJECT,
  KIND_ORDER_MASK,
  KIND_TAIL,
  KIND_UNMOVABLE,
  PAGEBLOCK_NO_ZONE,
  PAGEBLOCK_ZONE_SHIFT,
  RECORD_BYTES,
  RECORD_OBJECT_MASK,
} from '../abi/layout.ts';
import { NONE, ORDERS, PAGEBLOCK_ORDER } from '../abi/unit.ts';
import { expectInteger, expectMade, expectWords } from '../check/index.ts';
import { WORD_BITS, lowestBit } from './bits.ts';
import type { Instance } from './instance.ts';

const RECORD_WORDS = RECORD_BYTES >> 2;

const FRAME = 'frames pfn';

/** Host memory behind a frame is this guest's own, or the template's, mapped by now or not; 0: there is none. */
const HOST_OWN = 1;
const HOST_TEMPLATE = 2;

/** Frames as arrays, one entry a frame. Copies: a later change of the guest does not show in them. */
export interface FrameSlice {
  readonly start: number;
  /** KIND_* of the frame, and of a block's head its order in the low bits. */
  readonly states: Uint8Array;
  /** Pages of objects: the object. Heads of other blocks in use: the request's tag. Else 0. */
  readonly owners: Uint32Array;
  /** Host memory behind it: 0 none, 1 the guest's own, 2 the template's, mapped by now or not. */
  readonly host: Uint8Array;
}

export class FrameView {
  private readonly _instance: Instance;
  /** Where the tables begin: bytes of state and template bits, words of records and pageblocks. */
  private readonly _states: number;
  private readonly _backed: number;
  private readonly _template: number;
  private readonly _records: number;
  private readonly _pageblocks: number;

  constructor(instance: Instance) {
    this._instance = instance;
    this._states = instance.headerWord(GUEST_STATES_OFFSET);
    this._backed = instance.headerWord(GUEST_BACKED_OFFSET);
    this._template = instance.headerWord(GUEST_TEMPLATE_OFFSET);
    this._records = instance.headerWord(GUEST_RECORDS_OFFSET) >>> 2;
    this._pageblocks = instance.headerWord(GUEST_BLOCKS_OFFSET) >>> 2;
  }

  private _state(pfn: number): number {
    expectWords(FRAME, pfn);
    return this._instance.outer.bytes[this._states + pfn] ?? 0;
  }

  private _record(pfn: number, word: number): number {
    expectWords(FRAME, pfn);
    return this._instance.words[this._records + RECORD_WORDS * pfn + word] ?? 0;
  }

  /** KIND_* of the frame. */
  kind(pfn: number): number {
    return this._state(pfn) & KIND_MASK;
  }

  /** Order of the block that the frame is the head of; means nothing for other frames. */
  order(pfn: number): number {
    return this._state(pfn) & KIND_ORDER_MASK;
  }

  /** The memory object that a frame of kind OBJECT or KERNEL is a page of. */
  object(pfn: number): number {
    return this._record(pfn, 0) & RECORD_OBJECT_MASK;
  }

  /** What the request gave as its tag, for the head of a block in use. */
  tag(pfn: number): number {
    return this._record(pfn, 1);
  }

  /** Index of the zone that has the frame's pageblock; NONE: no zone has it. */
  zone(pfn: number): number {
    expectWords(FRAME, pfn);
    const entry = this._instance.words[this._pageblocks + (pfn >>> PAGEBLOCK_ORDER)] ?? 0;
    const zone = entry >>> PAGEBLOCK_ZONE_SHIFT;
    return zone === PAGEBLOCK_NO_ZONE ? NONE : zone;
  }

  /**
   * Counts the frames with host memory that only this guest uses: by the KIND_* of their blocks, and those of kind OBJECT by their
   * object in `objects`, too. One loop without calls, as a VM that was suspended is looked at whenever its account is settled.
   */
  countPrivate(objects: Uint32Array): Uint32Array {
    expectMade('objects', objects, Uint32Array);
    const { words, bytes } = this._instance;
    const kinds = new Uint32Array(KIND_MASK + 1);
    const [backed, template] = [this._backed >>> 2, this._template >>> 2];
    const [states, records] = [this._states, this._records];
    const count = Math.ceil(this._instance.headerWord(GUEST_SPAN_OFFSET) / WORD_BITS);
    let last = -1;
    let head = 0;
    for (let at = 0; at < count; at += 1) {
      let bits = (words[backed + at] as number) & ~(words[template + at] as number);
      for (; bits !== 0; bits &= bits - 1) {
        const pfn = at * WORD_BITS + lowestBit(bits);
        // only the head of a block says what it is for
        let kind = (bytes[states + pfn] as number) & KIND_MASK;
        for (let from = pfn; kind === KIND_TAIL && from > last + 1;) {
          from -= 1;
          kind = (bytes[states + from] as number) & KIND_MASK;
        }
        if (kind !== KIND_TAIL) head = kind;
        last = pfn;
        kinds[head] = (kinds[head] as number) + 1;
        if (head !== KIND_OBJECT) continue;
        const object = (words[records + RECORD_WORDS * pfn] as number) & RECORD_OBJECT_MASK;
        objects[object] = (objects[object] as number) + 1;
      }
    }
    return kinds;
  }

  /** Whether what is in the frame is still the template's copy. */
  isTemplate(pfn: number): boolean {
    expectWords(FRAME, pfn);
    return ((this._instance.bytes[this._template + (pfn >>> 3)] ?? 0) & (1 << (pfn & 7))) !== 0;
  }

  /** What lies outside the guest's span is other tables of the core. */
  private _expectInside(start: number, count: number): void {
    const span = this._instance.headerWord(GUEST_SPAN_OFFSET);
    expectInteger('start', start, 0, span);
    expectInteger('count', count, 0, span - start);
  }

  /** Frames [start, start + count), which lie in the guest's span. */
  slice(start: number, count: number): FrameSlice {
    this._expectInside(start, count);
    const { bytes, words } = this._instance;
    const states = bytes.slice(this._states + start, this._states + start + count);
    const owners = new Uint32Array(count);
    const host = new Uint8Array(count);
    for (let at = 0; at < count; at += 1) {
      const pfn = start + at;
      const record = this._records + RECORD_WORDS * pfn;
      const kind = (states[at] as number) & KIND_MASK;
      if (kind === KIND_OBJECT || kind === KIND_KERNEL) {
        owners[at] = (words[record] as number) & RECORD_OBJECT_MASK;
      } else if (kind === KIND_MOVABLE || kind === KIND_UNMOVABLE) {
        owners[at] = words[record + 1] as number;
      }
      const bit = 1 << (pfn & 7);
      if (((bytes[this._template + (pfn >>> 3)] as number) & bit) !== 0) host[at] = HOST_TEMPLATE;
      else if (((bytes[this._backed + (pfn >>> 3)] as number) & bit) !== 0) host[at] = HOST_OWN;
    }
    return { start, states, owners, host };
  }

  /** Makes single pages of a block in use, each with the head's mask and tag (split_page). */
  split(head: number, order: number): void {
    this._expectInside(head, 2 ** expectInteger('order', order, 0, ORDERS - 1));
    const first = this._records + RECORD_WORDS * head;
    const mask = this._instance.words[first] ?? 0;
    const tag = this._instance.words[first + 1] ?? 0;
    const frames = 2 ** order;
    this._instance.bytes.fill(this.kind(head), this._states + head, this._states + head + frames);
    for (let at = first; at < first + RECORD_WORDS * frames; at += RECORD_WORDS) {
      this._instance.words[at] = mask;
      this._instance.words[at + 1] = tag;
    }
  }

  /** Frames [start, end) that were in use are something else: no memory after all, or pages that do not move. Nothing is counted. */
  setKind(start: number, end: number, kind: number): void {
    expectWords(FRAME, start, end);
    this._expectInside(start, end - start);
    this._instance.bytes.fill(kind, this._states + start, this._states + end);
  }
}
