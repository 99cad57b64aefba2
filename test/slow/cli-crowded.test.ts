/** Commands where the system starts no further thread or process, as a user of their own: root has no such limit. On the built program. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, beforeAll, expect, it } from 'vitest';
import { type Ended, MAIN, ROOT } from '../support/built.ts';
import { emptyFolder } from '../support/folder.ts';

/** Nobody's. */
const USER = '64001';
/** Enough for any command here: how many threads Node itself has differs by version. */
const ENOUGH = 32;
const LINE = 'guestmem: too many threads and processes: raise their limit (ulimit -u)\n';
const CAPTURE = join(ROOT, 'test/recordings/linux-6.12-smoke-768');

const folder = emptyFolder();

/** A program of Node's within a limit of threads and processes. Below what Node itself needs it may wait for ever. */
function within(limit: number, ...words: readonly string[]): Ended {
  const rights = ['--reuid', USER, '--regid', USER, '--clear-groups'];
  const line = `ulimit -u ${limit}; exec "$0" "$@"`;
  const args = [...rights, 'bash', '-c', line, process.execPath, ...words];
  const options = {
    cwd: folder,
    encoding: 'utf8',
    timeout: 60_000,
    killSignal: 'SIGKILL',
  } as const;
  const { status, stdout, stderr } = spawnSync('setpriv', args, options);
  return { code: status, out: stdout, err: stderr };
}

/** The least limit under which a module can be loaded, or undefined where there is none or no other user. */
let least: number | undefined;

beforeAll(() => {
  for (const [name, text] of Object.entries({
    'empty.mjs': "import './other.mjs';",
    'other.mjs': '',
    'calls.csv': 'app,func,end_timestamp,duration\na,f,10.5,1\n',
    'one.yaml':
      'experiment: { trace: { path: calls.csv }, systems: [scpv-template] }\ngrid: { policies.keepAlive: [5s] }\nseeds: [1, 2]\n',
  })) {
    writeFileSync(join(folder, name), text);
  }
  chmodSync(folder, 0o777);
  if (process.getuid?.() !== 0 || within(ENOUGH, MAIN, '--version').code !== 0) return;
  for (let limit = ENOUGH; within(limit - 1, 'empty.mjs').code === 0; limit -= 1) {
    least = limit - 1;
  }
}, 240_000);

function limitOf(context: TestContext): number {
  if (least === undefined) context.skip('needs root, setpriv, and files that others may read');
  return least;
}

it('end in one line where no thread can be started, and leave nothing', (context) => {
  const limit = limitOf(context);
  const system = ['--system', 'scpv-template,mcpv-czone', '--jobs', '2'];
  for (const words of [
    ['replay', 'calls.csv', ...system, '--out', 'out'],
    ['sweep', 'one.yaml', '--jobs', '2', '--out', 'out'],
    ['map', CAPTURE, '--out', 'out/map.svg'],
  ]) {
    expect(within(limit, MAIN, ...words)).toEqual({ code: 1, out: '', err: LINE });
    expect(existsSync(join(folder, 'out'))).toBe(false);
  }
}, 240_000);

it('end in one line where no program can be started', (context) => {
  // the command's own thread is one more
  const limit = limitOf(context) + 1;
  expect(within(limit, MAIN, 'bench', 'compare', 'HEAD', 'HEAD')).toEqual({
    code: 1,
    out: '',
    err: LINE,
  });
}, 240_000);
