// A 64-bit fingerprint of numbers: two FNV-1a hashes of 32 bits over the words of IEEE-754 doubles.

import type { Counts, MicroVm } from '../serverless/index.ts';
import type { SystemRun } from './run.ts';

import { FNV_BASIS, FNV_PRIME } from '../abi/hash.ts';

export class NumberHash {
  private _low: number = FNV_BASIS;
  private _high = 0x2545f491;
  private readonly _value: Float64Array<ArrayBuffer> = new Float64Array(1);
  private readonly _words: Uint32Array<ArrayBuffer> = new Uint32Array(this._value.buffer);

  add(value: number): void {
    this._value[0] = value;
    for (const word of this._words) {
      this._low = Math.imul(this._low ^ word, FNV_PRIME);
      this._high = Math.imul(this._high ^ (word >>> 16) ^ (word << 16), FNV_PRIME) ^ this._low;
    }
  }

  addAll(values: Iterable<number>): void {
    for (const value of values) this.add(value);
  }

  /** 16 hexadecimal digits. */
  digest(): string {
    return hex(this._high) + hex(this._low);
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
