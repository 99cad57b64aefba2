// Puts two bundles into dist/, after tsc: the script of report.html as text in a module, and the subset of echarts that draws
// figures, so that an install brings no more of it (docs/decisions/0067-the-report.md).

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

const root = path.resolve(import.meta.dirname, '..');
const shared = { bundle: true, minify: true, write: false, target: 'es2023', logLevel: 'warning' };

async function textOf(entry, options) {
  const { outputFiles } = await build({
    ...shared,
    entryPoints: [path.join(root, entry)],
    ...options,
  });
  return outputFiles[0].text.trim();
}

const script = await textOf('src/report/live/main.ts', { format: 'iife', platform: 'browser' });
writeFileSync(
  path.join(root, 'dist/report/page/script.js'),
  `export const SCRIPT = ${JSON.stringify(script)};\n`,
);

const charts = await textOf('src/report/figure/echarts.ts', { format: 'esm', platform: 'neutral' });
writeFileSync(path.join(root, 'dist/report/figure/echarts.js'), charts);
