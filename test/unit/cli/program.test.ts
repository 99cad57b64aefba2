/** What `guestmem --help` loads: a list of modules, not a time. */
import { expect, it } from 'vitest';
import { linksOf } from '../../house/tree.ts';

interface Loaded {
  readonly files: string[];
  readonly packages: string[];
}

/** Everything that importing a file loads: not what it imports when a line of it runs, not types. */
function loadedBy(file: string): Loaded {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = (at: string): void => {
    files.add(at);
    for (const { target, specifier, isDynamic, isTypeOnly } of linksOf(at)) {
      if (isDynamic || isTypeOnly) continue;
      if (target === undefined) packages.add(specifier);
      else if (!files.has(target)) visit(target);
    }
  };
  visit(file);
  return { files: [...files].toSorted(), packages: [...packages].toSorted() };
}

it('the command loads what it needs to name its commands, and no room', () => {
  const { files, packages } = loadedBy('src/cli/program.ts');
  expect(files).toEqual(
    ['addresses', 'early', 'fault', 'program', 'terminal', 'version'].map(
      (name) => `src/cli/${name}.ts`,
    ),
  );
  expect(packages).toEqual(['commander', 'node:fs', 'node:os', 'node:worker_threads']);
});

it.each(['src/cli/replay.ts', 'src/cli/systems.ts', 'src/index.ts'])(
  '%s loads no charts before a page is written',
  (file) => {
    const { packages } = loadedBy(file);
    expect(packages.filter((name) => name.startsWith('echarts'))).toEqual([]);
    expect(packages).toContain('hyparquet-writer');
  },
);

it('the page does load them', () => {
  expect(loadedBy('src/report/page.ts').packages).toContain('echarts/core');
});
