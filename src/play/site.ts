// The playground's page over HTTP, to this machine alone. What may be asked for is listed before anybody asks: no path of a request is
// ever a path of a file.

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  COUNT,
  OBJECT,
  type Shape,
  expectInteger,
  expectShape,
  shippedFile,
  shippedTogether,
} from '../check/index.ts';

/** The page is not built, or cannot be served. */
export class PlaygroundError extends Error {
  override readonly name: string = 'PlaygroundError';
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.wasm': 'application/wasm',
  '.bin': 'application/octet-stream',
};

const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; " +
  "connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const OK = 200;
const NOT_FOUND = 404;
const NOT_ALLOWED = 405;
const LOOPBACK = '127.0.0.1';
const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'it is in use',
  EACCES: 'no permission to listen there',
};

/** Bytes by path, as requests have it. */
export type Site = ReadonlyMap<string, Uint8Array>;

/** Every file below a folder, or what the package has packed of it. */
function filesOf(folder: string): Map<string, Uint8Array> {
  if (!existsSync(folder)) return new Map(shippedTogether(pathToFileURL(folder)));
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  const pathOf = (file: string): string => `/${relative(folder, file).split(sep).join('/')}`;
  return new Map(files.map((file) => [pathOf(file), readFileSync(file)]));
}

/** The files of a folder by path; the index stands for the folder. Throws PlaygroundError when there is none. */
export function siteOf(folder: string): Map<string, Uint8Array> {
  const site = filesOf(folder);
  const index = site.get('/index.html');
  if (index === undefined) {
    throw new PlaygroundError(
      `the playground is not built: ${folder} has no index.html (npm run build)`,
    );
  }
  return site.set('/', index);
}

function respond(site: Site, request: IncomingMessage, response: ServerResponse): void {
  const [path = '/'] = (request.url ?? '/').split('?');
  const bytes = site.get(path);
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const status = isRead ? (bytes === undefined ? NOT_FOUND : OK) : NOT_ALLOWED;
  const type = path === '/' ? '.html' : extname(path);
  response.writeHead(status, {
    'content-type': (status === OK ? TYPES[type] : undefined) ?? 'text/plain; charset=utf-8',
    'content-security-policy': POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  });
  if (request.method === 'HEAD') response.end();
  else response.end(status === OK ? bytes : '');
}

/** Whether a request is for this machine by name: another page's name that leads here is not. */
function isLocal({ headers }: IncomingMessage): boolean {
  return /^(?:127\.0\.0\.1|localhost)(?::\d+)?$/.test(headers.host ?? '');
}

/** Serves on loopback; port 0 is any that is free. Throws PlaygroundError where it cannot listen. */
export async function serve(site: Site, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    if (isLocal(request)) respond(site, request, response);
    else response.writeHead(NOT_FOUND).end();
  });
  await new Promise<void>((done, failed) => {
    server.once('error', (error) => {
      const code = 'code' in error ? String(error.code) : '';
      failed(new PlaygroundError(`port ${port}: ${REASONS[code] ?? error.message}`));
    });
    server.listen(port, LOOPBACK, done);
  });
  return server;
}

/** The port if none is said. */
export const PLAY_PORT = 4173;
export const PORT_MOST = 65_535;

/** Where the playground is served, and with what. */
export interface PlaygroundOptions {
  /** On this machine; 0 is one that is free. 4173 if not said. */
  readonly port?: number | undefined;
  /** What the page may ask for besides, by path: `/recording.json` is `[encodeReel(reel), steps]` of a recording. */
  readonly files?: ReadonlyMap<string, Uint8Array> | undefined;
}

/** The playground while it is served. */
export interface ServedPlayground extends Disposable {
  /** Where a browser finds it. */
  readonly address: string;
  /** Fulfilled when it is served no more. */
  readonly closed: Promise<void>;
  /** Ends it. */
  close(): void;
}

const OPTIONS: Shape = { 'port?': COUNT, 'files?': OBJECT };

/** A site with what the caller adds, until it is closed. */
export async function serveSite(
  site: Map<string, Uint8Array>,
  { port = PLAY_PORT, files = new Map() }: PlaygroundOptions,
): Promise<ServedPlayground> {
  for (const [path, bytes] of files) site.set(path, bytes);
  const server = await serve(site, port);
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return {
    address: `http://${LOOPBACK}:${(server.address() as AddressInfo).port}/`,
    closed: new Promise((done) => server.once('close', done)),
    close,
    [Symbol.dispose]: close,
  };
}

/**
 * Serves the playground's page to this machine (`guestmem play`). Rejects with `PlaygroundError` where it is not built or the port is taken.
 *
 * @example
 * using page = await servePlayground({ port: 0 });
 */
export async function servePlayground(options: PlaygroundOptions = {}): Promise<ServedPlayground> {
  const { port } = expectShape('options', options, OPTIONS);
  if (port !== undefined) expectInteger('options.port', port, 0, PORT_MOST);
  const site = siteOf(fileURLToPath(new URL('../play/site', import.meta.url)));
  // the package has no second copy of it in the site
  const core = shippedFile(new URL('../../build/core.release.wasm', import.meta.url));
  if (core !== undefined) site.set('/core.wasm', core);
  return serveSite(site, options);
}
