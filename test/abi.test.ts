/** The contract between core and host, as built. Offsets of structs are checked when the core is compiled. */
import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ABI_VERSION } from '../src/abi/layout.ts';
import { instantiate } from '../src/core/instantiate.ts';

const ROOT = new URL('..', import.meta.url);
const FILES = readdirSync(new URL('src/abi/', ROOT)).filter((name) => name !== 'index.ts');

/** Every constant of the contract, by name. */
const contract: Record<string, number> = Object.assign(
  {},
  ...(await Promise.all(FILES.map(async (name) => import(`../src/abi/${name.slice(0, -3)}.ts`)))),
);

function read(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}

/** Names declared in the type of the exports. */
function declaredExports(): string[] {
  const body =
    /export type CoreExports = \{(.*?)\n\};/s.exec(read('src/core/exports.ts'))?.[1] ?? '';
  return [...body.matchAll(/^ {2}(\w+)[(:]/gm)].map((match) => match[1] as string);
}

/** Conditions of the core that fail its compilation: `if (...) ERROR(...)` outside functions. */
function compileTimeChecks(): string[] {
  const files = readdirSync(new URL('assembly/', ROOT), { recursive: true, encoding: 'utf8' });
  return files
    .filter((name) => name.endsWith('.ts'))
    .flatMap(
      (name) => read(`assembly/${name}`).match(/^if \([^;]*?\)\s*(?:\{\s*)?ERROR\(/gm) ?? [],
    );
}

describe('exports of the core', () => {
  it.each(['release', 'verify', 'debug'] as const)('%s: are those declared', (build) => {
    const built = Object.keys(instantiate(build)).filter((name) => !name.startsWith('__'));
    expect(declaredExports().toSorted()).toEqual(built.toSorted());
  });

  it('are functions without optional parameters, which would cost a call each', () => {
    const raw = instantiate('release');
    expect(Object.keys(raw)).not.toContain('__setArgumentsLength');
  });
});

describe('src/abi', () => {
  it.each(FILES)('%s holds integer literals that both compilers read alike', (name) => {
    const code = read(`src/abi/${name}`).replaceAll(/\/\*.*?\*\//gs, '');
    const lines = code.split('\n').map((line) => line.replace(/\/\/.*/, '').trim());
    for (const line of lines.filter((text) => text !== '')) {
      expect(line).toMatch(/^export const [A-Z][A-Z0-9_]* = -?\d+;$/);
    }
  });

  it('speaks the version that the built core speaks', () => {
    const raw = instantiate('release');
    expect(raw.create(1024, 1, 0, 8, 16, 8)).toBe(0);
    expect(raw.attach()).toBe(ABI_VERSION);
  });

  it('has no two statuses, counters or rules with one number', () => {
    const names = Object.keys(contract);
    for (const prefix of ['STATUS_', 'STAT_', 'RULE_']) {
      const own = names.filter((name) => name.startsWith(prefix));
      const values = own.map((name) => contract[name]);
      expect(new Set(values).size, prefix).toBe(own.length);
    }
  });

  it('has no offset that the core does not check against its drawing when it is compiled', () => {
    const checked = new Set(
      compileTimeChecks().flatMap((check) => check.match(/\w+_OFFSET\b/g) ?? []),
    );
    const offsets = Object.keys(contract).filter((name) => name.endsWith('_OFFSET'));
    expect(offsets.length).toBeGreaterThan(60);
    expect(offsets.filter((name) => !checked.has(name))).toEqual([]);
  });
});
