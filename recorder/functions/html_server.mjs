// SPDX-License-Identifier: MIT
// Answers a request over HTTP with a page of 20 KiB.
import { once } from 'node:events';
import { createServer, get } from 'node:http';

const page = `<html>${'<p>text</p>'.repeat(2000)}</html>`;
const server = createServer((_request, response) => response.end(page)).listen(0, '127.0.0.1');
await once(server, 'listening');
server.unref();

export async function handler() {
  const [response] = await once(
    get({ port: server.address().port, host: '127.0.0.1' }),
    'response',
  );
  let length = 0;
  for await (const piece of response) length += piece.length;
  return length;
}
