// The addresses that this process may have (ulimit -v). Where there are too few for its threads the engine aborts, so that is looked at
// before. Loaded with main.ts, so it loads nothing but what is Node's.

import { readFileSync } from 'node:fs';

/** In kB, as `ulimit -v` takes it: of Node, and of each of its threads beside the first (measured: 0.8 and 0.9 GiB). */
const GIB_KB = 1024 * 1024;
const LIMIT = /^Max address space +(\d+) /m;

/** As Linux tells them; elsewhere nothing does. */
function limitsOfProcess(): string {
  try {
    return readFileSync('/proc/self/limits', 'latin1');
  } catch {
    return '';
  }
}

/** What is wrong when the limit is too low for so many threads beside the first; undefined: it is not, or there is none. */
export function addressesShort(
  threads: number,
  limits: string = limitsOfProcess(),
): string | undefined {
  const gib = Number(LIMIT.exec(limits)?.[1] ?? Infinity) / 1024 / GIB_KB;
  const needed = 1 + threads;
  if (gib >= needed) return undefined;
  const there = `addresses of the process are limited to ${gib.toFixed(2)} GiB`;
  const lower = threads > 1 ? ', or take fewer --jobs' : '';
  return `${there}, and ${needed} GiB are needed: raise the limit (ulimit -v)${lower}`;
}

/** A limit of addresses that so many threads would end the process by. */
export class AddressesShort extends Error {
  override readonly name: string = 'AddressesShort';
}

/** Throws AddressesShort before threads are begun that the process has no addresses for. */
export function expectAddresses(threads: number): void {
  const short = addressesShort(threads);
  if (short !== undefined) throw new AddressesShort(short);
}
