// Hosts as bytes that leave the process, in the form that checkpoints have (src/graph): VMs, guests, devices, timers.

import { RefusedArgument } from '../check/index.ts';
import {
  UnreadableState,
  expectSame,
  programMark,
  readGraph,
  seal,
  unseal,
  writeGraph,
} from '../graph/index.ts';
import { VMM_KNOWN } from './known.ts';
import { Vmm } from './vmm.ts';

const KIND = 'host';
const PART = 'state';

/** What must be the same where a host is read. */
function identity(): Readonly<Record<string, string>> {
  return { program: programMark(VMM_KNOWN) };
}

/**
 * A host with all that lives on it, as bytes, for files and other processes; it goes on as before.
 *
 * @param host - As it stands: nothing of it may be on its way.
 * @param handles - What you hold of it and want back: processes, devices, VMs, in any plain objects and arrays.
 * @returns Bytes for `readHost()`, with a checksum; guests are packed.
 * @throws UnwritableState when it holds a function of your own (`inspect`, a listener), and where.
 */
export function writeHost<T extends object = object>(host: Vmm, handles?: T): Uint8Array {
  if (!(host instanceof Vmm)) throw new RefusedArgument('host', 'a Vmm', host);
  const state = writeGraph({ host, handles }, VMM_KNOWN);
  return seal({ kind: KIND, of: identity(), parts: new Map([[PART, state]]) });
}

/**
 * What `writeHost()` was given, made anew: it goes on as the first would have, and shares nothing with it.
 *
 * @param bytes - As they were written, by the same build of this library.
 * @throws UnreadableState for bytes that are damaged, of another kind, or of another program.
 */
export function readHost<T extends object = object>(
  bytes: Uint8Array,
): { readonly host: Vmm; readonly handles: T | undefined } {
  if (!(bytes instanceof Uint8Array)) throw new RefusedArgument('bytes', 'a Uint8Array', bytes);
  const { of, parts } = unseal(KIND, bytes);
  expectSame(of, identity());
  const state = parts.get(PART);
  if (state === undefined) throw new UnreadableState(`expected a part ${PART}, found others`);
  const found = readGraph(state, VMM_KNOWN) as { host?: unknown; handles?: T };
  if (found?.host instanceof Vmm) return { host: found.host, handles: found.handles };
  throw new UnreadableState('state: expected a host, found something else');
}
