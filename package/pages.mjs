// Puts scripts into dist/, after tsc: the subset of echarts that draws figures, so that an install brings no more of it, and the script
// of report.html. The first is in both: in a page it stands before the second, in a process it is a module. They are one file, packed
// (docs/decisions/0067-the-report.md), which src/report/script.ts reads.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { build } from 'esbuild';

const root = path.resolve(import.meta.dirname, '..');
/** The name under which the charts' library stands in a page. */
const GLOBAL = 'guestmemCharts';

async function textOf(entry, options) {
  const { outputFiles } = await build({
    bundle: true,
    minify: true,
    write: false,
    target: 'es2023',
    logLevel: 'warning',
    format: 'iife',
    define: { 'process.env.NODE_ENV': '"production"' },
    entryPoints: [path.join(root, entry)],
    ...options,
  });
  return outputFiles[0].text.trim();
}

/** For the page's script, the library is there already. */
const shared = {
  name: 'shared',
  setup: ({ onLoad }) =>
    onLoad({ filter: /figure[\\/]echarts\.ts$/ }, () => ({
      contents: `export const { init } = ${GLOBAL};`,
    })),
};

const charts = await textOf('src/report/figure/echarts.ts', {
  platform: 'neutral',
  globalName: GLOBAL,
});
const live = await textOf('src/report/live/main.ts', { platform: 'browser', plugins: [shared] });

writeFileSync(
  path.join(root, 'dist/report/charts.deflate'),
  deflateRawSync(`${charts.length}\n${charts}${live}`, { level: 9 }),
);
writeFileSync(
  path.join(root, 'dist/report/figure/echarts.js'),
  `import { chartsLibrary } from "../script.js";
export let init;
export async function loadCharts() {
    if (init !== undefined) return;
    const text = \`\${await chartsLibrary()};export const { init } = ${GLOBAL};\`;
    ({ init } = await import(/* webpackIgnore: true */ /* @vite-ignore */ \`data:text/javascript;base64,\${btoa(text)}\`));
}
`,
);
