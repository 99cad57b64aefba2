/** The page's script: the charts' library, and what is in live/. */
import { CHARTS, LIVE } from './packed.ts';

/**
 * What a text packed by the build says. A Response would read it in a line, but Node makes a Wasm memory of its own for the first one,
 * for which there may be no addresses.
 */
export async function unpacked(packed: string): Promise<string> {
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.codePointAt(0)!);
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  const reader = plain.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text;
    text += value;
  }
}

/** Empty in a tree that was not built. */
export async function pageScript(): Promise<string> {
  if (LIVE === '') return '';
  return `${await unpacked(CHARTS)}\n${await unpacked(LIVE)}`;
}
