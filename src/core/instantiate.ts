// Finds the built core, compiles it once per build, makes instances. The only file that reads the
// Wasm binary.

import { readFileSync } from 'node:fs';
import { instantiateSync } from '@assemblyscript/loader';
import { expectName } from '../check/index.ts';
import { CoreError, TooManyGuests } from './error.ts';
import type { CoreExports } from './exports.ts';

/**
 * release: no checks. verify: every invariant can be walked. debug: verify, unoptimised, with a
 * source map.
 */
export type CoreBuild = 'release' | 'verify' | 'debug';

const BUILDS: readonly CoreBuild[] = ['release', 'verify', 'debug'];

const modules = new Map<CoreBuild, WebAssembly.Module>();
/** Instances made so far by this process. */
let made = 0;

function compile(build: CoreBuild): WebAssembly.Module {
  const known = modules.get(build);
  if (known !== undefined) return known;
  expectName('build', build, BUILDS);
  const url = new URL(`../../build/core.${build}.wasm`, import.meta.url);
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(readFileSync(url));
  } catch {
    throw new CoreError(`the core is not built: ${url.pathname} is missing (npm run build)`);
  }
  return useCore(build, bytes);
}

/**
 * Registers the bytes of a build from elsewhere (a browser's fetch, a bundler); the next instance
 * uses them.
 */
export function useCore(build: CoreBuild, bytes: BufferSource): WebAssembly.Module {
  const module = new WebAssembly.Module(bytes);
  modules.set(build, module);
  return module;
}

/**
 * A fresh instance of the core with one Wasm page of memory; create() gives it its size. Throws
 * TooManyGuests.
 */
export function instantiate(build: CoreBuild): CoreExports {
  const module = compile(build);
  try {
    const { instance } = instantiateSync<CoreExports>(module, {});
    made += 1;
    return instance.exports as CoreExports;
  } catch (error) {
    // the core imports nothing and starts nothing: all that can fail is room for its memory
    if (error instanceof RangeError) throw new TooManyGuests(made, error);
    throw error;
  }
}
