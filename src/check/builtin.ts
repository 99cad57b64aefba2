// Modules of the runtime, asked for at the moment of use: a browser has none, and a bundler finds no import of one.

interface Builtins {
  readonly 'node:fs': typeof import('node:fs');
  readonly 'node:os': typeof import('node:os');
  readonly 'node:path': typeof import('node:path');
  readonly 'node:worker_threads': typeof import('node:worker_threads');
  readonly 'node:zlib': typeof import('node:zlib');
}

/** Undefined where the runtime has no such module: neither Node, Deno nor Bun. */
export function builtin<Name extends keyof Builtins>(name: Name): Builtins[Name] | undefined {
  const runtime = (globalThis as { process?: Pick<NodeJS.Process, 'getBuiltinModule'> }).process;
  return runtime?.getBuiltinModule?.(name) as Builtins[Name] | undefined;
}
