// Sizes and times as people write them: a number and its unit.

import { FRAME_BYTES, GIB, KIB, MIB, NS_PER_MS, NS_PER_US } from '../abi/unit.ts';
import { ArgumentError } from '../replay/index.ts';

const SIZE_UNITS: Readonly<Record<string, number>> = {
  KiB: KIB,
  MiB: MIB,
  GiB: GIB,
  TiB: KIB * GIB,
};

/** A size of memory in whole frames: one at least, and as many as a double counts exactly. Throws ArgumentError. */
export function framesOf(text: string): number {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)([KMGT]iB)$/.exec(text) ?? [];
  const found = Math.floor((Number(amount) * (SIZE_UNITS[unit] ?? Number.NaN)) / FRAME_BYTES);
  if (found >= 1 && Number.isSafeInteger(found)) return found;
  throw new ArgumentError('a size such as 512MiB, 384GiB or 1.5TiB', text);
}

const NS_UNITS: Readonly<Record<string, number>> = {
  ns: 1,
  us: NS_PER_US,
  ms: NS_PER_MS,
  s: NS_PER_MS * 1000,
};

/** A price in nanoseconds. Throws ArgumentError. */
export function priceNsOf(text: string): number {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)(ns|us|ms|s)$/.exec(text) ?? [];
  const found = Number(amount) * (NS_UNITS[unit] ?? Number.NaN);
  if (Number.isFinite(found)) return found;
  throw new ArgumentError('a price such as 250ns, 1.2us, 35ms or 0.1s', text);
}
