/**
 * The page's scripts: the charts' library, which a process draws with as well, and what is in live/. The build packs both into one file
 * (package/pages.mjs); without it the page is still and whole.
 */
import { RefusedArgument, builtin } from '../check/index.ts';

let said: URL | undefined;

// bundlers for browsers find the file by just these words
const place = (): URL => said ?? new URL('../report/charts.deflate', import.meta.url);

/**
 * Says where the charts' library is, `guestmem/charts.deflate`, before the first page is made: for bundlers that do not put it beside
 * their code (docs/browsers.md). A URL, or its text.
 */
export function useCharts(address: string | URL): void {
  const from = globalThis.location?.href;
  if (!URL.canParse(String(address), from)) {
    throw new RefusedArgument('address', 'a URL', address);
  }
  said = new URL(address, from);
}

async function bytesThere(): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const files = builtin('node:fs');
  if (files !== undefined) {
    return files.existsSync(place()) ? new Uint8Array(files.readFileSync(place())) : undefined;
  }
  const answer = await fetch(place());
  return answer.ok ? new Uint8Array(await answer.arrayBuffer()) : undefined;
}

/** A Response would read it in a line, but Node makes a Wasm memory of its own for the first one, for which there may be no addresses. */
async function textOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  const reader = plain.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text;
    text += value;
  }
}

interface Scripts {
  readonly charts: string;
  readonly live: string;
}

/** A line says how long the library is; the page's own script follows it. Undefined: there is no file. */
async function packedScripts(): Promise<Scripts | undefined> {
  const bytes = await bytesThere();
  if (bytes === undefined) return undefined;
  const text = await textOf(bytes);
  const start = text.indexOf('\n') + 1;
  const end = start + Number(text.slice(0, start));
  return { charts: text.slice(start, end), live: text.slice(end) };
}

/** The charts' library, for a process that draws. Throws when it is not there. */
export async function chartsLibrary(): Promise<string> {
  const scripts = await packedScripts();
  if (scripts !== undefined) return scripts.charts;
  const copied = 'node_modules/guestmem/dist/report/charts.deflate';
  throw new Error(
    `the charts' library is not at ${place().href}: serve ${copied} there, or say its address by useCharts()`,
  );
}

export async function pageScript(): Promise<string> {
  const scripts = await packedScripts();
  return scripts === undefined ? '' : `${scripts.charts}\n${scripts.live}`;
}
