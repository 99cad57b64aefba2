// Guests as bytes that leave the process, in the form that checkpoints have (src/graph): a guest's metadata from its header to the
// last table node ever used, the sizes of its tables, and which core can read them.

import { ABI_VERSION, GUEST_BASE } from '../abi/layout.ts';
import { expectMade } from '../check/index.ts';
import { UnreadableState, expectSame, seal, unseal } from '../graph/index.ts';
import type { CoreConfig } from './config.ts';
import { type Core, filledCore, instanceOf } from './core.ts';
import { CoreError } from './error.ts';
import type { CoreBuild } from './instantiate.ts';
import { checkGuest, markAllInUse } from './snapshot.ts';

const KIND = "guest's memory";
const OF = { ABI: `version ${ABI_VERSION}` };
const SIZES = ['frames', 'cpus', 'czones', 'objects', 'nodes', 'bufferSlots'] as const;

/** A guest's core in a versioned byte form, for files. */
export function writeCore(core: Core): Uint8Array {
  const { raw, bytes } = instanceOf(core);
  const { config } = core;
  const sizes = new DataView(new ArrayBuffer(SIZES.length * 4));
  SIZES.forEach((name, at) => sizes.setUint32(at * 4, config[name], true));
  const parts = new Map([
    ['sizes', new Uint8Array(sizes.buffer)],
    ['memory', bytes.subarray(GUEST_BASE, raw.snapshotBytes())],
  ]);
  return seal({ kind: KIND, of: OF, parts });
}

function partsIn(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> {
  try {
    const { of, parts } = unseal(KIND, bytes);
    expectSame(of, OF);
    return parts;
  } catch (error) {
    if (!(error instanceof UnreadableState)) throw error;
    throw new CoreError(`saved core: ${error.message}`, { cause: error });
  }
}

function decoded(
  bytes: Uint8Array,
  build: CoreBuild,
): { config: Required<CoreConfig>; payload: Uint8Array } {
  const parts = partsIn(bytes);
  const [sizes, payload] = [parts.get('sizes'), parts.get('memory')];
  if (sizes?.length !== SIZES.length * 4 || payload === undefined) {
    throw new CoreError('saved core: expected sizes and memory, found other parts');
  }
  const view = new DataView(sizes.buffer, sizes.byteOffset, sizes.byteLength);
  const [frames = 0, cpus = 0, czones = 0, objects = 0, nodes = 0, bufferSlots = 0] = SIZES.map(
    (_, at) => view.getUint32(at * 4, true),
  );
  return { config: { frames, cpus, czones, objects, nodes, bufferSlots, build }, payload };
}

/** The guest that writeCore() wrote. Throws CoreError for bytes of another version or damaged ones. */
export function readCore(bytes: Uint8Array, build: CoreBuild = 'release'): Core {
  const { config, payload } = decoded(expectMade('bytes', bytes, Uint8Array), build);
  checkGuest(config, payload, GUEST_BASE + payload.length);
  return filledCore(config, (instance) => {
    instance.bytes.set(payload, GUEST_BASE);
    markAllInUse(instance);
  });
}
