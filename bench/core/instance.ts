// The core with the loops of loops.ts in it: compiled with the release target's own options when a source is newer than what
// was compiled last, and a guest of one zone that begins at frame 0, as the baselines have it.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ZONE_NORMAL } from '../../src/abi/layout.ts';
import { LLFREE_ALL_FREE } from '../../src/abi/llfree.ts';
import { expectAnswer } from '../../src/core/index.ts';
import type { CoreExports, LlfreeExports } from '../../src/core/exports.ts';

const SOURCES = ['assembly', 'src/abi', 'bench/core'];
const SLOT_BYTES = 4;
const WASM_PAGE_BYTES = 65_536;
const TREE_SHIFT = 3;

type Loops = Readonly<
  Record<
    `${'buddy' | 'request' | 'llfree'}${'Bulk' | 'Fill' | 'Empty' | 'Warm' | 'Random'}`,
    LoopFunction
  >
>;
type LoopFunction = (...numbers: number[]) => number;

/** What the module exports: the core and the loops. */
export type LoopCore = CoreExports &
  Loops &
  Pick<LlfreeExports, 'llfreeCreate'> & { loopsSetup(base: number): void; loopsNoPcp(): void };

function newest(root: string): number {
  const files = SOURCES.flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
      path.join(root, folder, name),
    ),
  );
  return Math.max(...files.map((file) => statSync(file).mtimeMs));
}

/** The module, compiled if need be, in build/. */
export function loopModule(root: string): WebAssembly.Module {
  const file = path.join(root, 'build/bench-core/loops.wasm');
  if (!existsSync(file) || statSync(file).mtimeMs < newest(root)) {
    mkdirSync(path.dirname(file), { recursive: true });
    const asc = path.join(root, 'node_modules/assemblyscript/bin/asc.js');
    const args = [asc, 'bench/core/loops.ts', '--config', 'asconfig.json', '--target', 'release'];
    const { status, stderr } = spawnSync(process.execPath, [...args, '--outFile', file], {
      cwd: root,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`the loops were not compiled: ${stderr}`);
  }
  return new WebAssembly.Module(readFileSync(file));
}

/** Binaryen's tools, which AssemblyScript brings along. */
const TOOLS = 'node_modules/binaryen/bin';

function runTool(root: string, tool: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [path.join(root, TOOLS, tool), ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: Number.POSITIVE_INFINITY,
  });
  if (status !== 0) throw new Error(`${tool}: ${stderr.slice(0, 500)}`);
}

let scripts = 0;

/** The module as JavaScript over typed arrays (wasm2js): the core's own rules, all of them. A new instance. */
export async function loopScript(root: string): Promise<LoopCore> {
  loopModule(root);
  const source = path.join(root, 'build/bench-core/loops.wasm');
  const plain = path.join(root, 'build/bench-core/loops-plain.wasm');
  const file = path.join(root, 'build/bench-core/loops.mjs');
  if (!existsSync(file) || statSync(file).mtimeMs < statSync(source).mtimeMs) {
    // wasm2js knows no saturating conversions
    runTool(root, 'wasm-opt', [source, '-all', '--llvm-nontrapping-fptoint-lowering', '-o', plain]);
    runTool(root, 'wasm2js', [plain, '-O', ...SCRIPT_FEATURES, '-o', file]);
  }
  scripts += 1;
  return (await import(`${pathToFileURL(file).href}?${scripts}`)) as LoopCore;
}

const SCRIPT_FEATURES = ['--enable-bulk-memory', '--enable-sign-ext', '--enable-mutable-globals'];

/** A booted guest of so many frames, all free but what the watermarks keep back. */
export function loopCore(module: WebAssembly.Module, frames: number): LoopCore {
  const core = new WebAssembly.Instance(module, {}).exports as unknown as LoopCore;
  return bootLoops(core, frames);
}

/** loopCore of a new instance. */
export function bootLoops(core: LoopCore, frames: number): LoopCore {
  expectAnswer(core.create(frames, 1, 0, 1, 1, 1), 'create');
  core.attach();
  expectAnswer(core.zoneSpan(ZONE_NORMAL, 0, frames), 'zoneSpan');
  expectAnswer(core.memoryPresent(0, frames), 'memoryPresent');
  expectAnswer(core.memoryHandOver(0, frames), 'memoryHandOver');
  core.finishBoot(0);
  return withSlots(core, frames);
}

/** LLFree over so many frames, all free: trees of 8 huge frames, a slot of each class. */
export function loopLlfree(module: WebAssembly.Module, frames: number, rules: number): LoopCore {
  const core = new WebAssembly.Instance(module, {}).exports as unknown as LoopCore;
  expectAnswer(core.llfreeCreate(frames, 1, TREE_SHIFT, rules, LLFREE_ALL_FREE), 'llfreeCreate');
  return withSlots(core, frames);
}

function withSlots(core: LoopCore, frames: number): LoopCore {
  const end = core.memory.buffer.byteLength;
  core.memory.grow(Math.ceil((frames * SLOT_BYTES) / WASM_PAGE_BYTES));
  core.loopsSetup(end);
  return core;
}
