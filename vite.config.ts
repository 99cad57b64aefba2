import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig, type Plugin, type UserConfig } from 'vite';

const PAGES = resolve(import.meta.dirname, 'src/play/page');
const OUT = resolve(import.meta.dirname, 'dist/play/site');

/** The core lies beside the page, under a name that it can put together. */
function core(): Plugin {
  return {
    name: 'core',
    closeBundle() {
      mkdirSync(OUT, { recursive: true });
      const built = resolve(import.meta.dirname, 'build/core.release.wasm');
      copyFileSync(built, resolve(OUT, 'core.wasm'));
      // guestmem play --recording has its own in this one's place
      writeFileSync(resolve(OUT, 'recording.json'), '[]\n');
      const missing =
        'A real Linux needs v86 and xterm.js, which guestmem play has where they are installed.';
      writeFileSync(resolve(OUT, 'linux/served.json'), `${JSON.stringify({ missing })}\n`);
    },
  };
}

/** The playground's page, as files that any server can hand out. */
const config: UserConfig = defineConfig({
  root: PAGES,
  base: './',
  logLevel: 'warn',
  plugins: [core()],
  worker: { format: 'es' },
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: 'es2023',
    modulePreload: false,
    // a real Linux is a page of its own: the terminal is loaded with it alone
    rolldownOptions: { input: [resolve(PAGES, 'index.html'), resolve(PAGES, 'linux/index.html')] },
    license: { fileName: 'licences.md' },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
});
export default config;
