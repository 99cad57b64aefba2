import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { SLASHES } from '../../../src/trace/paths.ts';

describe('names of files where there is no system', () => {
  it.each(['a.csv', 'folder/a.csv', 'folder/b/a.tar.gz', 'folder/', '.hidden', '.', 'a'])(
    'are those of POSIX: %s',
    (name) => {
      expect(SLASHES.basename(name)).toBe(path.posix.basename(name));
      expect(SLASHES.basename(name, '.csv')).toBe(path.posix.basename(name, '.csv'));
      expect(SLASHES.dirname(name)).toBe(path.posix.dirname(name));
      expect(SLASHES.extname(name)).toBe(path.posix.extname(name));
      expect(SLASHES.join(name, 'x')).toBe(path.posix.join(name, 'x'));
      expect(SLASHES.resolve(name)).toBe(name);
    },
  );
});
