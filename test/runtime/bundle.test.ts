/** What a bundler for browsers makes of the library: it finds all that is imported, and leaves out what is not used. */
import { type BuildResult, build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { KIB } from '../../src/abi/unit.ts';
import { ROOT } from '../house/tree.ts';

async function bundled(program: string): Promise<BuildResult<{ write: false; metafile: true }>> {
  return build({
    stdin: { contents: program, resolveDir: ROOT },
    bundle: true,
    format: 'esm',
    minify: true,
    platform: 'browser',
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
}

function bytesOf({ outputFiles }: { outputFiles: { contents: Uint8Array }[] }): number {
  return outputFiles.reduce((sum, { contents }) => sum + contents.length, 0);
}

/** 31.8 KiB, minified: 5.1 of them are the loader's. The goal is 15 kB, which it is packed with Brotli alone. */
const CORE_BYTES_MOST = 32.5 * KIB;

describe('a bundle for browsers', () => {
  it('of the whole library finds all that it imports', async () => {
    const result = await bundled("export * from './src/index.ts'");
    expect(result.errors).toEqual([]);
    const imports = Object.values(result.metafile.inputs).flatMap((input) => input.imports);
    expect(imports.filter(({ path }) => path.startsWith('node:'))).toEqual([]);
  });

  it('of the core alone has nothing else in it', async () => {
    const result = await bundled("import { Core } from './src/index.ts'; console.log(Core)");
    const [output] = Object.values(result.metafile.outputs);
    const files = Object.entries(output?.inputs ?? {});
    const kept = files.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([file]) => file);
    expect(kept.filter((file) => /zod|csv|vmm|virtio/.test(file))).toEqual([]);
    expect(bytesOf(result)).toBeLessThan(CORE_BYTES_MOST);
  });
});
