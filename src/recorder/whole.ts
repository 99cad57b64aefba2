// Whether what a guest left is all of it.

import { RecordingFailed } from './error.ts';

/** Events that the kernel had no room for make a recording that cannot be verified. */
function expectAll(name: string, text: string): void {
  for (const [at, line] of text.split('\n').entries()) {
    const [, word, count] = /^(overrun|commit overrun|dropped events): (\d+)/.exec(line) ?? [];
    if (word === undefined || count === '0') continue;
    throw new RecordingFailed(
      `${name}:${at + 1}: ${count} events lost (${word}): a larger --buffer, or a shorter workload`,
    );
  }
}

/** Throws RecordingFailed where events were lost or a state is cut off. */
export function expectWhole(files: ReadonlyMap<string, Uint8Array>): void {
  const text = (name: string): string => Buffer.from(files.get(name) ?? []).toString();
  for (const name of ['tracestats', 'extrastats']) expectAll(name, text(name));
  for (const name of ['pagestate.start', 'pagestate.end']) {
    const state = text(name).trimEnd();
    if (state.endsWith('\nend')) continue;
    const line = state.split('\n').length;
    throw new RecordingFailed(
      `${name}:${line}: cut off: the guest has more free blocks than the module has room for`,
    );
  }
}
