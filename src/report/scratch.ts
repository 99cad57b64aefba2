// A folder for what goes when its work ends, among the machine's temporary files. Its name has the process: what one that was killed
// has left is cleared by the next.

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasEnded, owner } from './leftovers.ts';
import { writingTo } from './output-error.ts';

function clearLeft(place: string, kind: string): void {
  for (const name of readdirSync(place)) {
    if (!name.startsWith(kind) || !hasEnded(name.slice(kind.length, name.lastIndexOf('-'))))
      continue;
    try {
      rmSync(join(place, name), { recursive: true, force: true });
    } catch {
      // another user's
    }
  }
}

/** Does work in an empty folder, which is gone after it; hears where it is. Throws OutputError where none can be made. */
export async function withScratch<Value>(
  of: string,
  work: (folder: string) => Promise<Value>,
  begun?: (folder: string) => void,
): Promise<Value> {
  const place = tmpdir();
  const kind = `guestmem-${of}-`;
  const folder = writingTo(place, () => {
    clearLeft(place, kind);
    return mkdtempSync(join(place, `${kind}${owner()}-`));
  });
  begun?.(folder);
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
