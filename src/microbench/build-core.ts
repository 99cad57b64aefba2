// A core of somebody's own, from his source to a word on whether it is one.

import { FUNCTION, expectShape, expectText } from '../check/index.ts';
import { type CoreVerdict, checkCore } from './core-check.ts';
import { compileCore, coreSources, withOwn } from './own-core.ts';

/** Who hears how far a core is. */
export interface BuildCoreOptions {
  /** AssemblyScript begins to compile, for seconds. */
  readonly compiles?: (() => void) | undefined;
  /** Hears how many operations of the trial are done, of how many. */
  readonly onOperations?: ((done: number, total: number) => void) | undefined;
}

/** What came of somebody's own allocator. */
export interface BuiltCore {
  /** A core's bytes, for `useCore('release', core)`; undefined: it is broken. */
  readonly core: Uint8Array<ArrayBuffer> | undefined;
  /** `equal`, `sound` or `broken`, and by what. */
  readonly verdict: CoreVerdict;
}

/**
 * Compiles an allocator of one's own into a core, and tries whether it is one (`guestmem build-core FILE`). `source` is AssemblyScript
 * that stands in the place of assembly/kernel/buddy.ts; the standard one is there as './standard' (docs/own-core.md). It takes seconds,
 * and needs the package assemblyscript. Throws OwnCoreError for what does not compile, and where the compiler is not installed.
 *
 * @example
 * const { core, verdict } = await buildCore(readFileSync('my-allocator.as.ts', 'utf8'));
 * if (core !== undefined) useCore('release', core);
 */
export async function buildCore(
  source: string,
  options: BuildCoreOptions = {},
): Promise<BuiltCore> {
  expectText('source', source);
  const { compiles, onOperations } = expectShape('options', options, {
    'compiles?': FUNCTION,
    'onOperations?': FUNCTION,
  });
  const sources = withOwn(coreSources(), source);
  compiles?.();
  const verdict = checkCore(await compileCore(sources, true), onOperations);
  if (verdict.word === 'broken') return { core: undefined, verdict };
  compiles?.();
  return { core: await compileCore(sources, false), verdict };
}
