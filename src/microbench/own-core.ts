// A core with somebody's own allocator of free blocks in it: his file in the place of assembly/kernel/buddy.ts, compiled with
// AssemblyScript. What he does not write himself he takes from the standard one, which his file finds as './standard'.

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shippedTogether } from '../check/index.ts';

/** Somebody's own allocator that comes to no core. */
export class OwnCoreError extends Error {
  override readonly name: string = 'OwnCoreError';
}

const ROOT = new URL('../../', import.meta.url);
const FOLDERS = ['assembly', 'src/abi'];
const OWN = 'assembly/kernel/buddy.ts';
const STANDARD = 'assembly/kernel/standard.ts';
const OUTPUT = 'core.wasm';

/** As asconfig.json and asconfig.options.json have them. */
const OPTIONS =
  '--runtime stub --bindings raw --zeroFilledMemory --initialMemory 1 --maximumMemory 65536 --memoryBase 1024 ' +
  '--optimizeLevel 3 --noAssert --uncheckedBehavior always --use abort= --noColors';

/** Of which a core is compiled, by path: one file in the package, folders in a clone. */
export function coreSources(): Map<string, string> {
  const root = fileURLToPath(ROOT);
  if (!existsSync(join(root, OWN))) {
    const packed = shippedTogether(new URL('build/assembly', ROOT));
    if (packed.size === 0)
      throw new OwnCoreError(`the core's sources are missing: ${join(root, OWN)}`);
    const decoder = new TextDecoder();
    return new Map([...packed].map(([path, bytes]) => [path, decoder.decode(bytes)]));
  }
  return new Map(
    FOLDERS.flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => {
          const path = `${folder}/${name.replaceAll('\\', '/')}`;
          return [path, readFileSync(join(root, path), 'utf8')] as const;
        }),
    ),
  );
}

/** The sources with a file in the buddy's place. */
export function withOwn(sources: ReadonlyMap<string, string>, own: string): Map<string, string> {
  const standard = sources.get(OWN);
  if (standard === undefined) throw new Error(`${OWN} is missing`);
  return new Map([...sources, [STANDARD, standard], [OWN, own]]);
}

async function compiler(): Promise<typeof import('assemblyscript/asc')> {
  try {
    return await import('assemblyscript/asc');
  } catch {
    throw new OwnCoreError(
      'build-core compiles with AssemblyScript: npm install assemblyscript (0.28)',
    );
  }
}

/** What a compiler says first, in a line with its place. */
export function firstError(said: string): string | undefined {
  const [, message, , place] =
    /ERROR \w+: (.*)\n((?!.*\bin ).*\n)*?.*\bin (\S+\(\d+,\d+\))/.exec(said) ?? [];
  if (message === undefined || place === undefined) return undefined;
  const more = (said.match(/^ERROR /gm)?.length ?? 1) - 1;
  const others = more === 0 ? '' : `, and ${more} more`;
  return `${message} ${place.replace(OWN, 'your file')}${others}`;
}

/** Compiles; `walks`: as the verify build, which can walk its invariants. Throws OwnCoreError for what does not compile. */
export async function compileCore(
  sources: ReadonlyMap<string, string>,
  walks: boolean,
): Promise<Uint8Array<ArrayBuffer>> {
  const asc = await compiler();
  let made: Uint8Array | undefined;
  const walk = walks ? ['--use', 'CORE_VERIFY=1'] : [];
  const { error, stderr } = await asc.main(
    ['assembly/index.ts', '--outFile', OUTPUT, ...OPTIONS.split(' '), ...walk],
    {
      readFile: (name) => sources.get(name.replaceAll('\\', '/')) ?? null,
      writeFile: (name, contents) => {
        if (name === OUTPUT && typeof contents !== 'string') made = contents;
      },
      listFiles: () => [],
    },
  );
  if (error === null && made !== undefined) return new Uint8Array(made);
  throw new OwnCoreError(`it does not compile: ${firstError(stderr.toString()) ?? String(error)}`);
}
