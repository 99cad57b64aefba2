// The C port of the buddy (buddy.c) as a process of its own: compiled with gcc where there is one.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { type Interface, createInterface } from 'node:readline';

/** Path of the program; undefined: there is no gcc. */
export function compilePort(root: string): string | undefined {
  if (spawnSync('gcc', ['--version']).status !== 0) return undefined;
  const program = path.join(root, 'build/bench-core/buddy');
  mkdirSync(path.dirname(program), { recursive: true });
  const source = path.join(root, 'bench/baseline/buddy.c');
  const options = ['-std=gnu11', '-O3', '-march=native', '-Wall', '-Wextra', '-Werror'];
  const { status, stderr } = spawnSync('gcc', [...options, source, '-o', program], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`gcc: ${stderr}`);
  return program;
}

/** CPU time and hash of one command, by the program's own clock. */
export interface PortAnswer {
  readonly ms: number;
  readonly hash: number;
}

export class CPort {
  readonly #process: ChildProcess;
  readonly #lines: Interface;
  readonly #answers: AsyncIterator<string>;

  constructor(program: string) {
    const port = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#process = port;
    this.#lines = createInterface({ input: port.stdout });
    this.#answers = this.#lines[Symbol.asyncIterator]();
  }

  async ask(phase: string, blocks: number, order: number, count: number): Promise<PortAnswer> {
    this.#process.stdin?.write(`${phase} ${blocks} ${order} ${count}\n`);
    const { value, done } = await this.#answers.next();
    if (done === true) throw new Error(`the C port ended at ${phase}`);
    const [ns, hash] = value.split(' ').map(Number) as [number, number];
    return { ms: ns * 1e-6, hash };
  }

  close(): void {
    this.#process.stdin?.end();
    this.#lines.close();
  }
}
