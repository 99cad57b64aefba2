// Policies of one's own from a file (`guestmem bench --policy`): what it exports makes them, and whatever is wrong with one is told in a
// line that names the file.

import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { RefusedArgument } from '../check/index.ts';
import {
  BenchDiffers,
  type BenchPolicies,
  POLICY_KINDS,
  expectPolicies,
} from '../microbench/index.ts';
import { UsageError, firstLine } from './fault.ts';

/** Where in the file something was thrown; empty: elsewhere. */
function placeIn(file: string, error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const path = resolve(file);
  const name = [pathToFileURL(path).href, path].find((one) => stack.includes(`${one}:`));
  if (name === undefined) return '';
  return /^(?::\d+)+/.exec(stack.slice(stack.indexOf(name) + name.length))?.[0] ?? '';
}

async function exportsOf(file: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(resolve(file)).href)) as Record<string, unknown>;
  } catch (error) {
    const hint = file.endsWith('.ts')
      ? ' (.ts needs Node 22.18 or later: .mjs runs everywhere)'
      : '';
    throw new UsageError(`--policy: ${file} cannot be loaded: ${firstLine(error)}${hint}`);
  }
}

/** Policies that a file exports: functions that make one, by kind. Each has been made once, and has what its kind has. */
export async function policiesOf(file: string): Promise<BenchPolicies> {
  const module = await exportsOf(file);
  const found = POLICY_KINDS.filter((kind) => module[kind] !== undefined);
  if (found.length === 0 || found.some((kind) => typeof module[kind] !== 'function')) {
    const expected = `exports of ${POLICY_KINDS.join(', ')}, each a function that makes a policy`;
    const names = Object.keys(module).join(', ');
    throw new UsageError(`--policy: expected ${expected}, found ${names === '' ? 'none' : names}`);
  }
  return asOwn(file, () => expectPolicies(module as BenchPolicies));
}

/** Does what asks a file's policies; what they say wrong, or throw, is the file's. */
export async function asOwn<Made>(
  file: string | undefined,
  work: () => Made | Promise<Made>,
): Promise<Made> {
  try {
    return await work();
  } catch (error) {
    const place = file === undefined ? '' : placeIn(file, error);
    const isTheirs =
      place !== '' || error instanceof RefusedArgument || error instanceof BenchDiffers;
    if (file === undefined || !isTheirs) throw error;
    throw new UsageError(`--policy: ${file}${place}: ${firstLine(error)}`, { cause: error });
  }
}
