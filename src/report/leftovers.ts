/** What processes that died while they wrote have left in a folder: ended as far as they came, then cleared. */
import { readdirSync, rmSync, rmdirSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { settle } from './exchange.ts';

/** Of this machine: the processes of another one that shares the folder cannot be asked. Deno wants a permission to say it. */
function host(): string {
  return hostname().replace(/[^\w.]/g, '_');
}

const STAGE = '.guestmem-';

/** This process among those of all machines, for names of what goes with it. */
export function owner(): string {
  return `${host()}-${process.pid}`;
}

/** Stages of this process: its number may also have been that of a process now dead. */
const live = new Set<string>();

function ownStage(folder: string): string {
  return join(folder, `${STAGE}${owner()}`);
}

/** A new stage in a folder; who makes the folder of that name says so when it is gone. */
export function stageIn(folder: string): string {
  const stage = ownStage(folder);
  live.add(stage);
  return stage;
}

export function stageGone(stage: string): void {
  live.delete(stage);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Whether an owner is another process of this machine, and has ended. */
export function hasEnded(said: string): boolean {
  const [, machine, pid] = /^(.+)-(\d+)$/.exec(said) ?? [];
  return machine === host() && Number(pid) !== process.pid && !isAlive(Number(pid));
}

/** Of a dead process, or of one that had the number of this one. */
function isDead(path: string, said: string): boolean {
  return said === owner() ? !live.has(path) : hasEnded(said);
}

/** `names`: files whose temporaries earlier versions of this program left as NAME.PID.tmp. */
export function clearLeftovers(folder: string, names: readonly string[]): void {
  for (const entry of readdirSync(folder)) {
    const path = join(folder, entry);
    if (entry.startsWith(STAGE) && isDead(path, entry.slice(STAGE.length))) {
      settle(folder, path);
      rmSync(path, { recursive: true, force: true });
    }
    const [, name = '', pid] = /^(.+)\.(\d+)\.tmp$/.exec(entry) ?? [];
    if (names.includes(name) && isDead(path, `${host()}-${pid}`)) rmSync(path, { force: true });
  }
}

/** The first of a folder and those above it that is missing. */
export function firstMissing(folder: string): string | undefined {
  if (statSync(folder, { throwIfNoEntry: false }) !== undefined) return undefined;
  return firstMissing(dirname(resolve(folder))) ?? resolve(folder);
}

/** Takes empty folders away, from one up to the first that was made. */
export function removeMade(folder: string, made: string): void {
  for (let at = resolve(folder); ; at = dirname(at)) {
    try {
      rmdirSync(at); // refuses what has something in it
    } catch {
      return;
    }
    if (at === made) return;
  }
}

/** Ends what an ended thread of this process began in a folder; whether its new files are there. */
export function endStage(folder: string): boolean {
  const stage = ownStage(resolve(folder));
  const isNew = settle(resolve(folder), stage);
  rmSync(stage, { recursive: true, force: true });
  return isNew;
}
