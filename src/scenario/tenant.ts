// One container of a scenario: a process that reads files shared with the others, grows its heap while it serves calls,
// and maps a buffer for each call. All containers run the same function; their heaps differ.

import { publishedMachine } from '../cost/index.ts';
import { DEFAULT_WORKLOAD, LIMIT_SLACK_FRAMES, callTemporaryFrames } from '../serverless/index.ts';
import { type MicroVm, Process } from '../vmm/index.ts';

/** Calls in which the heap grows from half to its full size. */
const GROWING_CALLS = 16;
/** Shares as in docs/decisions/0004: what of a function's memory is files, and what of heap and files a later call reads. */
export const FILE_SHARE: number = DEFAULT_WORKLOAD.fileShare;
const CALL_SHARE = DEFAULT_WORKLOAD.callTouchShare;
const FILES = 'function';

export interface TenantSize {
  /** Heap at its full size. */
  readonly heapFrames: number;
  readonly fileFrames: number;
}

/** Frames that such a container may hold in its zone: heap, a buffer above the least, and what a limit leaves free. */
export function limitOf({ heapFrames, fileFrames }: TenantSize, blockFrames: number): number {
  const { callTemporaryShare } = DEFAULT_WORKLOAD;
  const buffer = Math.ceil((heapFrames + fileFrames) * callTemporaryShare) + callTemporaryFrames(0);
  return Math.ceil((heapFrames + buffer + LIMIT_SLACK_FRAMES) / blockFrames) * blockFrames;
}

export class Tenant {
  readonly size: TenantSize;
  readonly #vm: MicroVm;
  readonly #cpu: number;
  readonly #process: Process;
  #heapFrames: number;

  /** Starts with half of its heap. */
  constructor(vm: MicroVm, owner: number, size: TenantSize, czone: number | undefined) {
    this.size = size;
    this.#vm = vm;
    this.#cpu = owner % vm.guest.config.cpus;
    this.#process = new Process(vm.guest, {
      cpu: this.#cpu,
      kernelFrames: publishedMachine().containerKernelFrames,
      mappedPages: size.heapFrames + size.fileFrames,
      czone,
    });
    vm.guest.files.read(FILES, size.fileFrames, this.#cpu);
    this.#heapFrames = Math.ceil(size.heapFrames / 2);
    this.#process.touch(0, this.#heapFrames, true);
  }

  get isGrown(): boolean {
    return this.#heapFrames === this.size.heapFrames;
  }

  /** Frames that it has had to itself, heap and a call's buffer: page tables and kernel memory apart. */
  get heldFrames(): number {
    return this.#process.anonymousPages + this.#bufferFrames;
  }

  get #bufferFrames(): number {
    const { heapFrames, fileFrames } = this.size;
    return callTemporaryFrames(heapFrames + fileFrames);
  }

  /** A call that leaves the heap larger. */
  growingCall(): void {
    const step = Math.ceil(this.size.heapFrames / 2 / GROWING_CALLS);
    this.writeHeap(Math.min(this.#heapFrames + step, this.size.heapFrames));
    this.call();
  }

  /** A call like any other: some files, some of the heap, a buffer. */
  call(): void {
    const { fileFrames } = this.size;
    this.#vm.guest.files.read(FILES, Math.ceil(fileFrames * CALL_SHARE), this.#cpu);
    this.#process.touch(0, Math.ceil(this.#heapFrames * CALL_SHARE), true);
    this.#process.touchTemporary(this.#bufferFrames);
    this.#process.freeTemporary();
  }

  /** Writes the heap up to so many frames. */
  writeHeap(frames: number): void {
    this.#process.touch(0, frames, true);
    this.#heapFrames = Math.max(frames, this.#heapFrames);
  }

  /** Frees the heap from so many frames on. */
  shrinkHeap(frames: number): void {
    this.#process.free(frames, this.#heapFrames - frames);
    this.#heapFrames = frames;
  }

  exit(): void {
    this.#process.exit();
  }
}
