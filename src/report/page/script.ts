/** The page's script: the charts' library, and what is in live/. */
import { CHARTS, LIVE } from './packed.ts';

/** What a text packed by the build says. */
export async function unpacked(packed: string): Promise<string> {
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.codePointAt(0)!);
  const text = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Response(text).text();
}

/** Empty in a tree that was not built. */
export async function pageScript(): Promise<string> {
  if (LIVE === '') return '';
  return `${await unpacked(CHARTS)}\n${await unpacked(LIVE)}`;
}
