/** Files over HTTP, to this machine alone. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { type Server, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  PlaygroundError,
  serve,
  servePlayground,
  serveSite,
  siteOf,
} from '../../../src/play/site.ts';
import { emptyFolder } from '../../support/folder.ts';

const folder = emptyFolder();
mkdirSync(join(folder, 'site/assets'), { recursive: true });
writeFileSync(join(folder, 'site/index.html'), '<p>page</p>');
writeFileSync(join(folder, 'site/assets/a.js'), 'a()');
writeFileSync(
  join(folder, 'packed.br'),
  brotliCompressSync('[["/index.html",2],["/b.js",3]]\nabb()'),
);
writeFileSync(join(folder, 'secret'), 'secret');

let server: Server;
let port = 0;

interface Got {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly policy: string;
  readonly text: string;
}

/** The path as it stands: no client's clean-up before it is sent. */
async function get(path: string, method = 'GET', host = `127.0.0.1:${port}`): Promise<Got> {
  return new Promise((done, failed) => {
    const ask = request({ host: '127.0.0.1', port, path, method, headers: { host } }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
      answer.on('end', () => {
        const { 'content-type': type, 'content-security-policy': policy } = answer.headers;
        done({ status: answer.statusCode, type, policy: String(policy), text });
      });
    });
    ask.on('error', failed);
    ask.end();
  });
}

describe('a site', () => {
  beforeAll(async () => {
    server = await serve(siteOf(join(folder, 'site')), 0);
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => void server.close());

  it('has its files with their types, under a policy that lets nothing in', async () => {
    expect(await get('/')).toMatchObject({ status: 200, text: '<p>page</p>' });
    const script = await get('/assets/a.js?x=1');
    expect(script).toMatchObject({ status: 200, type: 'text/javascript; charset=utf-8' });
    expect(script.policy).toContain("default-src 'none'");
    expect(await get('/', 'HEAD')).toMatchObject({ status: 200, text: '' });
  });

  it.each(['/../secret', '/..%2fsecret', '/%2e%2e/secret', '//etc/passwd', '/assets', '/nothing'])(
    'has no %s',
    async (path) => {
      expect(await get(path)).toMatchObject({ status: 404, text: '' });
    },
  );

  it('takes nothing, and is no site under another name', async () => {
    expect((await get('/', 'POST')).status).toBe(405);
    expect((await get('/', 'GET', 'evil.example')).status).toBe(404);
  });

  it('listens on this machine alone, and says when it cannot', async () => {
    expect((server.address() as AddressInfo).address).toBe('127.0.0.1');
    await expect(serve(new Map(), port)).rejects.toThrow(`port ${port}: it is in use`);
  });

  it('is read where the package has packed it', () => {
    const texts = [...siteOf(join(folder, 'packed'))].map(([path, bytes]) => [path, String(bytes)]);
    expect(texts).toEqual([
      ['/index.html', '97,98'],
      ['/b.js', '98,40,41'],
      ['/', '97,98'],
    ]);
  });

  it('that was not built is told', () => {
    expect(() => siteOf(join(folder, 'none'))).toThrow('npm run build');
    expect(() => siteOf(join(folder, 'site/assets'))).toThrow('has no index.html');
  });
});

describe('the playground', () => {
  it('is served until it is closed, with what the caller adds', async () => {
    const files = new Map([['/recording.json', new TextEncoder().encode('[]')]]);
    const served = await serveSite(siteOf(join(folder, 'site')), { port: 0, files });
    expect(await (await fetch(served.address)).text()).toBe('<p>page</p>');
    expect(await (await fetch(`${served.address}recording.json`)).text()).toBe('[]');
    served.close();
    await served.closed;
    await expect(fetch(served.address)).rejects.toThrow();
  });

  it('is refused with a typed error, also where it is not built, as beside the sources', async () => {
    await expect(servePlayground({ port: 70_000 })).rejects.toThrow('options.port: expected');
    await expect(servePlayground({ port: 0 })).rejects.toThrow(PlaygroundError);
  });
});
