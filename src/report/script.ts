/**
 * The page's scripts: the charts' library, which a process draws with as well, and what is in live/. The build packs both
 * (package/pages.mjs); without them the page is still and whole.
 */
import { builtin } from '../check/index.ts';

// bundlers for browsers find files by just these words
export const chartsPlace = (): URL => new URL('../report/charts.deflate', import.meta.url);
const livePlace = (): URL => new URL('../report/live.deflate', import.meta.url);

async function bytesAt(place: URL): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const files = builtin('node:fs');
  if (files !== undefined) {
    return files.existsSync(place) ? new Uint8Array(files.readFileSync(place)) : undefined;
  }
  const answer = await fetch(place);
  return answer.ok ? new Uint8Array(await answer.arrayBuffer()) : undefined;
}

/**
 * What a text packed by the build says; nothing where it is not. A Response would read it in a line, but Node makes a Wasm memory of
 * its own for the first one, for which there may be no addresses.
 */
export async function unpacked(place: URL): Promise<string> {
  const bytes = await bytesAt(place);
  if (bytes === undefined) return '';
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  const reader = plain.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text;
    text += value;
  }
}

export async function pageScript(): Promise<string> {
  const live = await unpacked(livePlace());
  return live === '' ? '' : `${await unpacked(chartsPlace())}\n${live}`;
}
