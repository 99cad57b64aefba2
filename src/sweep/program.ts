// Which program plays: results of another one are other results.

import { readFileSync } from 'node:fs';
import { programMark } from '../experiment/index.ts';
import { coreVersion } from '../replay/index.ts';

/** Which program plays. */
export interface Program {
  /** Its version. */
  readonly guestmem: string;
  /** The core's ABI. */
  readonly abi: number;
  /** Hash of the core that has Linux's allocator. */
  readonly core: string;
  /** Hash of the core that has LLFree. */
  readonly llfree: string;
  /** Of all of its JavaScript: a version that is being worked on is not the same all day. */
  readonly code: string;
}

/** What a thread of a pool loads. It is found by its place, which is so far from here in the package too. */
export const THREAD: string = new URL('../sweep/engines/thread.js', import.meta.url).href;

let program: Program | undefined;

export function programOf(): Program {
  if (program !== undefined) return program;
  const url = new URL('../../package.json', import.meta.url);
  const { version } = JSON.parse(readFileSync(url, 'utf8')) as { version: string };
  const { abi, hash } = coreVersion('release');
  const { hash: llfree } = coreVersion('release-llfree');
  program = { guestmem: version, abi, core: hash, llfree, code: programMark() };
  return program;
}
