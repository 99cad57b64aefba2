// A 64-bit fingerprint of numbers: two FNV-1a hashes of 32 bits over the words of IEEE-754 doubles.

import type { Counts, MicroVm } from '../serverless/index.ts';
import type { SystemRun } from './run.ts';

import { FNV_BASIS, FNV_PRIME } from '../abi/hash.ts';

export class NumberHash {
  #low: number = FNV_BASIS;
  #high = 0x2545f491;
  readonly #value: Float64Array<ArrayBuffer> = new Float64Array(1);
  readonly #words: Uint32Array<ArrayBuffer> = new Uint32Array(this.#value.buffer);

  add(value: number): void {
    this.#value[0] = value;
    for (const word of this.#words) {
      this.#low = Math.imul(this.#low ^ word, FNV_PRIME);
      this.#high = Math.imul(this.#high ^ (word >>> 16) ^ (word << 16), FNV_PRIME) ^ this.#low;
    }
  }

  addAll(values: Iterable<number>): void {
    for (const value of values) this.add(value);
  }

  /** 16 hexadecimal digits. */
  digest(): string {
    return hex(this.#high) + hex(this.#low);
  }
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}

/** Of every running guest's memory and of every figure. */
export function hashOfRun(
  run: Omit<SystemRun, 'hash'>,
  vms: readonly MicroVm[],
  counts: readonly Counts[],
): string {
  const hash = new NumberHash();
  for (const vm of vms) hash.addAll([vm.id, vm.guest.core.hash()]);
  hash.addAll([run.starts.cold, run.starts.warm, run.undisturbedCalls, run.peakFrames]);
  hash.addAll([run.starts.queued, run.starts.refused, ...Object.values(run.shortage)]);
  hash.addAll([run.prewarms.started, run.prewarms.used]);
  hash.addAll(run.queueMs);
  hash.addAll([run.idle.containerMs, run.idle.frameMs]);
  hash.addAll(run.meanFrames);
  for (const one of counts) hash.addAll(one);
  for (const one of run.priced) {
    for (const samples of [one.startupMs, one.slowdowns, one.reclaimMs]) hash.addAll(samples);
  }
  return hash.digest();
}
