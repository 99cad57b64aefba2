// SPDX-License-Identifier: MIT
// driver.mjs FILE: loads a function and calls it when it is asked to. The file's `handler`, `main` or default export
// is called; a file without one has done its work when it is loaded.
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const module = await import(pathToFileURL(process.argv[2]).href);
const found = [module.handler, module.main, module.default, module.default?.handler].find(
  (candidate) => typeof candidate === 'function',
);
const answer = (text) => writeSync(1, `${text}\n`);
answer('ready');
for await (const line of createInterface({ input: process.stdin })) {
  if (line.startsWith('fork')) answer('no fork');
  else {
    await found?.({ n: 0 });
    answer('done');
  }
}
