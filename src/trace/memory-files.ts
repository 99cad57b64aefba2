/** Files of a trace that are in memory already: what a page was given or has fetched. */
import { fileFault } from './error.ts';
import { RefusedArgument, expectMade, expectObject, expectText } from '../check/index.ts';
import { basename } from './paths.ts';
import type { TracePath, TraceSource } from './source.ts';
import { isGzip } from './gzip.ts';

/** Name to content. A slash in a name: the file lies in that folder. */
export type FileContents = Readonly<Record<string, string | Uint8Array | ArrayBuffer>>;

function bytesOf(content: string | Uint8Array | ArrayBuffer): Uint8Array<ArrayBuffer> {
  if (typeof content === 'string') return new TextEncoder().encode(content);
  if (content instanceof ArrayBuffer) return new Uint8Array(content);
  return new Uint8Array(expectMade('contents', content, Uint8Array, 'text or bytes'));
}

/** All of a stream; not by a Response, for which Node needs a Wasm memory's addresses. */
async function allOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<Blob> {
  const reader = stream.getReader();
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return new Blob(pieces);
    pieces.push(value);
  }
}

async function unpacked(
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  if (!isGzip(bytes)) return bytes;
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  try {
    return new Uint8Array(await (await allOf(plain)).arrayBuffer());
  } catch (error) {
    throw fileFault(name, 'a whole gzip file', error instanceof Error ? error.message : 'another');
  }
}

class MemoryFiles implements TraceSource {
  readonly #files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

  constructor(files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>) {
    this.#files = files;
  }

  look(path: string): TracePath {
    const size = this.#files.get(expectText('path', path))?.length;
    if (size !== undefined) return { kind: 'file', size };
    if (this.names(path).length > 0) return { kind: 'folder', size: 0 };
    throw fileFault(path, 'a readable file or folder', 'nothing of that name');
  }

  names(folder: string): string[] {
    const start = expectText('path', folder) === '.' ? '' : `${folder}/`;
    return [...this.#files.keys()]
      .filter((path) => path.startsWith(start) && !path.slice(start.length).includes('/'))
      .map((path) => basename(path))
      .toSorted();
  }

  read(file: string): Uint8Array<ArrayBuffer> {
    const bytes = this.#files.get(expectText('path', file));
    if (bytes !== undefined) return bytes;
    throw fileFault(file, 'a readable file', 'nothing of that name');
  }

  head(file: string, most: number): Uint8Array<ArrayBuffer> {
    return this.read(file).subarray(0, most);
  }
}

/**
 * Files for `loadTrace` and the readers (`TraceOptions.files`), by name. Texts are CSV; bytes may be CSV, gzip, which is unpacked
 * here, or Parquet. A name without a folder lies in `.`: `loadTrace('.', { seed, files })` opens what was given. Throws TraceError for damaged gzip.
 */
export async function traceFiles(contents: FileContents): Promise<TraceSource> {
  const entries = Object.entries(expectObject('contents', contents));
  if (entries.length === 0) throw new RefusedArgument('contents', 'at least one file', contents);
  const files = entries.map(
    async ([name, content]) => [name, await unpacked(name, bytesOf(content))] as const,
  );
  return new MemoryFiles(new Map(await Promise.all(files)));
}
