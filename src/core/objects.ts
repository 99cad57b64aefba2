// Memory objects: anonymous memory, files and kernel memory as tables of pages.

import {
  GUEST_OBJECTS_OFFSET,
  OBJECT_BYTES,
  OBJECT_KIND_OFFSET,
  OBJECT_TAG_OFFSET,
} from '../abi/layout.ts';
import { NONE } from '../abi/unit.ts';
import { expectObject, expectWords } from '../check/index.ts';
import type { Instance } from './instance.ts';
import type { Scratch } from './scratch.ts';

/** What one call of a container does to memory, in pages. */
export interface CallPages {
  /** Read, of its file, from the first on. */
  readonly filePages: number;
  /** Written, of its heap, from the first on; and only read, behind those. */
  readonly writePages: number;
  readonly readPages: number;
  /** Mapped and written, unmapped at its end. */
  readonly temporaryPages: number;
}

const CREATE = 'objects.create kind zone gfp tag';
const DESTROY = 'objects.destroy id cpu';
const FORK = 'objects.fork id zone cpu tag';
const TOUCH = 'objects.touch id start pages cpu';
const TRUNCATE = 'objects.truncate id start pages cpu';
const CALL = 'objects.beginCall file heap temporary cpu';
const RECURS = 'objects.callRecurs file heap cpu';
const REPEAT = 'objects.repeatCalls times file heap temporary cpu';
const PAGES_OF = 'call filePages writePages readPages temporaryPages';
const ABOUT = 'objects.about id';
const PAGES = 'objects.pages id';
const FRAME = 'objects.frame id page';

export class Objects {
  private readonly _instance: Instance;
  private readonly _scratch: Scratch;

  constructor(instance: Instance, scratch: Scratch) {
    this._instance = instance;
    this._scratch = scratch;
  }

  /**
   * An empty object; its pages come from `zone`, or from the kernel's zones with NONE. Its number.
   */
  create(kind: number, zone: number, gfp: number, tag = 0): number {
    expectWords(CREATE, kind, zone === NONE ? 0 : zone, gfp, tag);
    return this._instance.raw.objectCreate(kind, zone, gfp, tag);
  }

  /** Frees every page that nobody else maps. Frames freed. */
  destroy(id: number, cpu: number): number {
    expectWords(DESTROY, id, cpu);
    return this._instance.raw.objectDestroy(id, cpu);
  }

  /** A copy-on-write copy whose new pages come from `zone`. Its number. */
  fork(id: number, zone: number, cpu: number, tag = 0): number {
    expectWords(FORK, id, zone === NONE ? 0 : zone, cpu, tag);
    return this._instance.raw.objectFork(id, zone, tag, cpu);
  }

  /** Reads or writes pages; those not there are faulted in. Pages that came in. */
  touch(id: number, start: number, pages: number, write: boolean, cpu: number): number {
    expectWords(TOUCH, id, start, pages, cpu);
    return this._instance.raw.objectTouch(id, start, pages, write ? 1 : 0, cpu);
  }

  /**
   * A call's touches in one go, its temporary memory at `temporary` in the heap's object. Pages that
   * came in for that; STATUS_NOT_RESIDENT, and nothing is done, when others may be missing.
   */
  beginCall(file: number, heap: number, temporary: number, call: CallPages, cpu: number): number {
    const { filePages, writePages, readPages, temporaryPages } = expectObject('call', call);
    expectWords(CALL, file, heap, temporary, cpu);
    expectWords(PAGES_OF, filePages, writePages, readPages, temporaryPages);
    return this._instance.raw.callBegin(
      file,
      filePages,
      heap,
      writePages,
      readPages,
      temporary,
      temporaryPages,
      cpu,
    );
  }

  /**
   * After a call that met nothing and has ended: whether the same one, begun and ended with nothing
   * in between, would leave everything as it is.
   */
  callRecurs(file: number, heap: number, call: CallPages, cpu: number): boolean {
    const { filePages, writePages, readPages, temporaryPages } = expectObject('call', call);
    expectWords(RECURS, file, heap, cpu);
    expectWords(PAGES_OF, filePages, writePages, readPages, temporaryPages);
    const answer = this._instance.raw.callRecurs(
      file,
      filePages,
      heap,
      writePages,
      readPages,
      temporaryPages,
      cpu,
    );
    return answer > 0;
  }

  /** Carries out so many calls of those. Below zero: it was none. */
  repeatCalls(
    times: number,
    file: number,
    heap: number,
    temporary: number,
    call: CallPages,
    cpu: number,
  ): number {
    const { filePages, writePages, readPages, temporaryPages } = expectObject('call', call);
    expectWords(REPEAT, times, file, heap, temporary, cpu);
    expectWords(PAGES_OF, filePages, writePages, readPages, temporaryPages);
    return this._instance.raw.callRepeat(
      times,
      file,
      filePages,
      heap,
      writePages,
      readPages,
      temporary,
      temporaryPages,
      cpu,
    );
  }

  /** After a touch that ended at a status: the first page that it did not touch. */
  get stoppedAt(): number {
    return this._scratch.words(1)[0] as number;
  }

  /** Takes pages out. Frames freed. */
  truncate(id: number, start: number, pages: number, cpu: number): number {
    expectWords(TRUNCATE, id, start, pages, cpu);
    return this._instance.raw.objectTruncate(id, start, pages, cpu);
  }

  /** Pages that the object holds. */
  pages(id: number): number {
    expectWords(PAGES, id);
    return this._instance.raw.objectPages(id);
  }

  /** OBJECT_* of an object, and the tag that it was made with. */
  about(id: number): { readonly kind: number; readonly tag: number } {
    expectWords(ABOUT, id);
    const at = this._instance.headerWord(GUEST_OBJECTS_OFFSET) + id * OBJECT_BYTES;
    const kind = this._instance.bytes[at + OBJECT_KIND_OFFSET] as number;
    return { kind, tag: this._instance.word(at + OBJECT_TAG_OFFSET) };
  }

  /** The frame behind a page of an object; below zero when there is none. */
  frame(id: number, page: number): number {
    expectWords(FRAME, id, page);
    return this._instance.raw.objectFrame(id, page);
  }
}
