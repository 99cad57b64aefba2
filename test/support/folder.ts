// A folder for the files of a test, gone after it.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** Writes files and says where they are. */
export function testFolder(): (name: string, content?: string | Uint8Array) => string {
  const folder = mkdtempSync(join(tmpdir(), 'guestmem-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  return (name, content) => {
    if (content !== undefined) writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
}
