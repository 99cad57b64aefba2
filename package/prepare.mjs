// What `npm ci` leaves ready to run in a clone. npm calls it at `npm pack` and `npm publish` too, after `prepack`, which has put the
// bundled files in dist/ by then: they stay.

import { execSync } from 'node:child_process';
import path from 'node:path';

const isPacking = ['pack', 'publish'].includes(process.env.npm_command ?? '');
if (!isPacking) {
  const cores = ['release', 'release-llfree', 'recorded', 'release-6.1', 'release-7.3'];
  execSync(`node package/cores.mjs ${cores.join(' ')} && npm run --silent build:dist`, {
    cwd: path.resolve(import.meta.dirname, '..'),
    stdio: 'inherit',
  });
}
