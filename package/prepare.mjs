// What `npm ci` leaves ready to run in a clone. npm calls it at `npm pack` and `npm publish` too, after `prepack`, which has put the
// bundled files in dist/ by then: they stay.

import { execSync } from 'node:child_process';

const isPacking = ['pack', 'publish'].includes(process.env.npm_command ?? '');
if (!isPacking) {
  for (const script of ['build:release', 'build:kernels', 'build:dist']) {
    execSync(`npm run --silent ${script}`, { stdio: 'inherit' });
  }
}
