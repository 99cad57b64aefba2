// Finds the built core, compiles it once per build, makes instances. The only file that reads the
// Wasm binary.

import { instantiateSync } from '@assemblyscript/loader';
import { FNV_BASIS, FNV_PRIME } from '../abi/hash.ts';
import { ABI_VERSION } from '../abi/layout.ts';
import { builtin, expectName, shippedFile, shippedTogether, shortened } from '../check/index.ts';
import { CoreError, TooManyGuests } from './error.ts';
import type { CoreExports, LlfreeExports } from './exports.ts';

/**
 * release: no checks. verify: every invariant can be walked. debug: verify, unoptimised, with a
 * source map. recorded: release for recordings, whose watermarks see a count that lags (kernel/lag). release-6.1,
 * release-7.3: the same by the rules of Linux 6.1 and 7.3. With -llfree the guest's frames are handed out by LLFree in the buddy's place.
 */
export type CoreBuild =
  | 'release'
  | 'verify'
  | 'debug'
  | 'recorded'
  | 'release-6.1'
  | 'release-7.3'
  | 'release-llfree'
  | 'verify-llfree';

/** A compiled build: a thread that is handed it need not compile it again. */
export type CompiledCore = WebAssembly.Module;

/** What this room loads: the core's builds, and an allocator of its own. */
export type CoreModule = CoreBuild | 'llfree';

export const BUILDS: readonly CoreBuild[] = [
  'release',
  'verify',
  'debug',
  'recorded',
  'release-6.1',
  'release-7.3',
  'release-llfree',
  'verify-llfree',
];

/** Whether its guests are on LLFree. */
export function isOnLlfree(build: CoreBuild): boolean {
  return build.endsWith('-llfree');
}

/** The build of a guest on LLFree with as many checks. */
export function onLlfree(build: CoreBuild): CoreBuild {
  return build.startsWith('release') ? 'release-llfree' : 'verify-llfree';
}

const modules = new Map<CoreModule, CompiledCore>();
/** Of files whose bytes were given. */
const hashes = new Map<CoreModule, string>();
/** Instances made so far by this process. */
let made = 0;

/** The build, compiled once. */
export function compiledCore(build: CoreBuild): CompiledCore {
  const known = modules.get(build);
  if (known !== undefined) return known;
  expectName('build', build, BUILDS);
  return loaded(build);
}

/** Vite would copy all builds if the place stood beside the name. */
function builtAt(file: string, here: string = import.meta.url): URL {
  return new URL(`../../build/${file}`, here);
}

function builtCore(name: CoreModule): Uint8Array<ArrayBuffer> {
  if (builtin('node:fs') === undefined) {
    throw new CoreError(
      `the core is not loaded: await loadCore('${name}', URL) where no files are`,
    );
  }
  const file = `core.${name}.wasm`;
  const url = builtAt(file);
  // few load another than the standard one: the package has those together
  const bytes = shippedFile(url) ?? shippedTogether(builtAt('cores')).get(file);
  if (bytes !== undefined) return bytes;
  throw new CoreError(`the core is not built: ${url.pathname} is missing (npm run build)`);
}

function loaded(name: CoreModule): CompiledCore {
  return useCore(name, builtCore(name));
}

function hashOf(bytes: Uint8Array): string {
  let hash = FNV_BASIS;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, FNV_PRIME) >>> 0;
  return hash.toString(16).padStart(8, '0');
}

/** What a built core is known by: the version of its interface, and a hash of its file. Throws RefusedArgument for another name. */
export function coreVersion(build: CoreBuild): { readonly abi: number; readonly hash: string } {
  expectName('build', build, BUILDS);
  return { abi: ABI_VERSION, hash: hashes.get(build) ?? hashOf(builtCore(build)) };
}

function viewOf(bytes: BufferSource): Uint8Array {
  if (!ArrayBuffer.isView(bytes)) return new Uint8Array(bytes);
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function moduleOf(bytes: BufferSource): CompiledCore {
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    throw new CoreError(`no WebAssembly: ${String(error)}`);
  }
}

/**
 * Registers a build from elsewhere (a browser's fetch, a bundler, another thread); the next instance
 * uses it.
 */
export function useCore(name: CoreModule, core: BufferSource | CompiledCore): CompiledCore {
  expectName<CoreModule>('core', name, [...BUILDS, 'llfree']);
  const isCompiled = core instanceof WebAssembly.Module;
  const module = isCompiled ? core : moduleOf(core);
  modules.set(name, module);
  if (!isCompiled) hashes.set(name, hashOf(viewOf(core)));
  return module;
}

/** Fetch's own errors do not say which address was meant. */
async function fetched(from: string | URL): Promise<Response> {
  try {
    return await fetch(from);
  } catch (error) {
    throw new CoreError(`the core is not at ${shortened(String(from))}: ${String(error)}`);
  }
}

/**
 * Fetches a build and registers it, where no files are: `await loadCore('release', address)`, of `guestmem/core.wasm` as the bundler
 * has it (docs/browsers.md). Bytes, a module or an answer of fetch do as well. Throws CoreError when there is nothing at the address.
 */
export async function loadCore(
  name: CoreModule,
  from: string | URL | Response | BufferSource | CompiledCore,
): Promise<CompiledCore> {
  const isAddress = typeof from === 'string' || from instanceof URL;
  const found = isAddress ? await fetched(from) : from;
  if (!(found instanceof Response)) return useCore(name, found);
  if (found.ok) return useCore(name, await found.arrayBuffer());
  throw new CoreError(`the core is not at ${found.url}: ${found.status} ${found.statusText}`);
}

/**
 * A fresh instance of the core with one Wasm page of memory; create() gives it its size. Throws
 * TooManyGuests.
 */
export function instantiate(build: CoreBuild): CoreExports {
  return instanceOf<CoreExports>(compiledCore(build));
}

/** The same of LLFree's module. */
export function instantiateLlfree(): LlfreeExports {
  return instanceOf<LlfreeExports>(modules.get('llfree') ?? loaded('llfree'));
}

function instanceOf<Exports extends Record<string, unknown>>(module: CompiledCore): Exports {
  try {
    const { instance } = instantiateSync<Exports>(module, {});
    made += 1;
    return instance.exports as Exports;
  } catch (error) {
    // a module imports nothing and starts nothing: all that can fail is room for its memory
    if (error instanceof RangeError) throw new TooManyGuests(made, error);
    throw error;
  }
}
