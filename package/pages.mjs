// Puts scripts into dist/, after tsc: the subset of echarts that draws figures, so that an install brings no more of it, and the script
// of report.html. The first is in both: in a page it stands before the second, in a process it is a module. They are one file, packed
// (docs/decisions/0067-the-report.md), which src/report/script.ts reads.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { rolldown } from 'rolldown';

const root = path.resolve(import.meta.dirname, '..');
/** The name under which the charts' library stands in a page. */
const GLOBAL = 'guestmemCharts';

/** A page need not say how it is encoded. */
function inAscii(code) {
  return code.replaceAll(
    /[^\0-\x7f]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

async function textOf(entry, name, plugins) {
  const bundle = await rolldown({
    input: path.join(root, entry),
    platform: 'neutral',
    resolve: { mainFields: ['module', 'main'] },
    transform: { target: 'es2023', define: { 'process.env.NODE_ENV': '"production"' } },
    plugins,
  });
  const { output } = await bundle.generate({ format: 'iife', name, minify: true, strict: true });
  return inAscii(output[0].code.trim());
}

/** For the page's script, the library is there already. */
const shared = {
  name: 'shared',
  load: (file) =>
    /figure[\\/]echarts\.ts$/.test(file)
      ? `export const { init } = ${GLOBAL}; export async function loadCharts() {}`
      : undefined,
};

const charts = await textOf('src/report/figure/echarts.ts', GLOBAL);
const live = await textOf('src/report/live/main.ts', undefined, [shared]);

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
