/** A comparison of commits that is ended in the middle leaves nothing. It needs the built program: `npm test` builds it first. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { benchCheckout, gitIn } from '../support/bench-checkout.ts';
import { emptyFolder } from '../support/folder.ts';

const MAIN = join(resolve(import.meta.dirname, '../..'), 'dist/cli/main.js');
const ONE = { ns: 1, hash: 'h', names: ['touch'] };

it.each(['SIGINT', 'SIGTERM'] as const)(
  'a build that is under way ends at %s, and its worktree goes',
  { timeout: 120_000 },
  async (signal) => {
    const own = emptyFolder();
    const begun = join(own, 'begun');
    const scripts = { 'build:release': `touch ${begun}; sleep 600; touch ${begun}.late` };
    const checkout = benchCheckout(ONE, { ...ONE, scripts });
    const words = [MAIN, 'bench', 'compare', 'v0', 'v1', '--runs', '1'];
    const child = spawn(process.execPath, words, {
      cwd: checkout,
      env: { ...process.env, TMPDIR: own },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (part: Uint8Array) => (said += String(part)));
    const ended = once(child, 'exit');
    while (!existsSync(begun)) await sleep(50);
    expect(gitIn(checkout, 'worktree', 'list').split('\n').length).toBeGreaterThan(1);
    child.kill(signal);
    const [code] = (await ended) as [number];
    expect(code).toBe(signal === 'SIGINT' ? 130 : 143);
    expect(said).toMatch(/^guestmem: [^\n]*\n$/);
    expect(gitIn(checkout, 'worktree', 'list').split('\n')).toHaveLength(1);
    expect(readdirSync(own).filter((name) => name.startsWith('guestmem-'))).toEqual([]);
  },
);
