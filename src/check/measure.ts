/**
 * Numbers that say what they count. A `Pages` is a number for whoever takes numbers, and no `Bytes` for whoever asks for those: what
 * the library hands out has such a type where it could be taken for something else, what it takes are plain numbers as well. The
 * constructors check, and throw RefusedArgument.
 */
import { FRAME_BYTES, FRAMES_PER_MIB, ORDER_MAX } from '../abi/unit.ts';
import { expectInteger, expectNumber } from './argument.ts';

declare const UNIT: unique symbol;

/** A number of a unit. */
export type Measure<Unit extends string> = number & { readonly [UNIT]: Unit };

/** Number of a page frame: its guest-physical address divided by 4096. */
export type Pfn = Measure<'Pfn'>;
/** A block's size as a power of two of frames: 0 to 10. */
export type Order = Measure<'Order'>;
/** A number of pages of 4 KiB, or of frames, which hold one each. */
export type Pages = Measure<'Pages'>;
/** A number of bytes. */
export type Bytes = Measure<'Bytes'>;
/** Milliseconds of virtual time. */
export type Ms = Measure<'Ms'>;

const PFN_MAX = 2 ** 32 - 1;

/** A whole number of 0 to 2^32 - 1. Throws RefusedArgument. */
export function pfn(value: number): Pfn {
  return expectInteger('pfn', value, 0, PFN_MAX) as Pfn;
}

/** A whole number of 0 to 10. Throws RefusedArgument. */
export function order(value: number): Order {
  return expectInteger('order', value, 0, ORDER_MAX) as Order;
}

/** A whole number of 0 or more. Throws RefusedArgument. */
export function pages(value: number): Pages {
  return expectInteger('pages', value, 0) as Pages;
}

/** A whole number of 0 or more. Throws RefusedArgument. */
export function bytes(value: number): Bytes {
  return expectInteger('bytes', value, 0) as Bytes;
}

/** A finite number of 0 or more. Throws RefusedArgument. */
export function ms(value: number): Ms {
  return expectNumber('ms', value, 0, Number.MAX_VALUE) as Ms;
}

/** So many MiB in pages; whole pages alone are taken. Throws RefusedArgument. */
export function pagesOfMib(mib: number): Pages {
  expectNumber('mib', mib, 0, Number.MAX_SAFE_INTEGER / FRAMES_PER_MIB);
  return expectInteger('pages', mib * FRAMES_PER_MIB, 0) as Pages;
}

/** So many pages in bytes. Throws RefusedArgument. */
export function bytesOfPages(count: number): Bytes {
  return (expectInteger('pages', count, 0) * FRAME_BYTES) as Bytes;
}
