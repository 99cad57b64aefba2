// A guest of the emulator in a thread of its own: the page stays awake. Both pages have this worker, so that what their guests share
// is served once; its name says which part it plays.

import type { Part } from './part.ts';

/** The part of a worker that the page of a real Linux calls so. */
const TWIN = 'twin';

/** Messages come while it is loaded. */
const part: Promise<Part<unknown>> =
  self.name === TWIN
    ? import('./linux/twin.ts').then((module) => module.TWIN as Part<unknown>)
    : import('./player.ts').then((module) => module.PLAYER as Part<unknown>);

async function take(message: unknown): Promise<void> {
  const { act, failed } = await part;
  await act(message).catch(failed);
}

/** One after the other, in the order in which they were asked. */
let last = Promise.resolve();

addEventListener('message', ({ data }: MessageEvent<unknown>) => {
  last = last.then(() => take(data));
});
