// SPDX-License-Identifier: MIT
// Compresses 1 MiB and unpacks it again.
import { deflateSync, inflateSync } from 'node:zlib';

const data = Buffer.alloc(2 ** 20);
for (let i = 0, x = 7; i < 2 ** 16; i += 1) {
  x = (x * 1103515245 + 12345) % 2147483648;
  for (let copy = 0; copy < 16; copy += 1) data[i + copy * 2 ** 16] = (x >> 16) & 63;
}
export const handler = () => inflateSync(deflateSync(data, { level: 1 })).length;
