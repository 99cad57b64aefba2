// What runs in the guest: a folder with a `run.sh`, or one file that is a function.

import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { RefusedArgument } from '../check/index.ts';
import { layGuestFile } from './guest-files.ts';
import { runTool } from './tool.ts';

/** A language that functions are written in: what starts one, and the packages of Debian that it needs. */
interface Language {
  readonly extensions: readonly string[];
  readonly driver?: string;
  readonly packages: readonly string[];
  command(file: string): string;
}

const LANGUAGES: readonly Language[] = [
  {
    extensions: ['.py'],
    driver: 'driver.py',
    packages: ['python3'],
    command: (file) => `/usr/bin/python3 /workload/driver.py /workload/${file}`,
  },
  {
    extensions: ['.js', '.mjs', '.cjs'],
    driver: 'driver.mjs',
    packages: ['nodejs'],
    command: (file) => `/usr/bin/node /workload/driver.mjs /workload/${file}`,
  },
  {
    extensions: ['.c'],
    packages: ['libc6'],
    command: () => '/workload/function',
  },
];

/** What runs in a guest that is recorded. */
export interface Workload {
  /** What its container's process is called in a profile. */
  readonly name: string;
  /** Whether it is a function, whose life a profile is made of. */
  readonly isFunction: boolean;
  /** Debian's, that it needs. */
  readonly packages: readonly string[];
}

function languageOf(file: string): Language {
  const extension = path.extname(file);
  const found = LANGUAGES.find(({ extensions }) => extensions.includes(extension));
  if (found !== undefined) return found;
  const known = LANGUAGES.flatMap(({ extensions }) => extensions).join(', ');
  throw new RefusedArgument(
    '--workload',
    `a folder with run.sh in it, or a function (${known})`,
    file,
  );
}

/** A function says in a comment which packages of Debian's it needs: `packages: python3-numpy`. */
function packagesIn(file: string): string[] {
  const line = /^(?:#|\/\/) packages: ([\w.+ -]+)$/m.exec(readFileSync(file, 'utf8'));
  return line?.[1]?.split(' ') ?? [];
}

function layFunction(file: string, folder: string): Workload {
  const { driver, packages, command } = languageOf(file);
  mkdirSync(folder, { recursive: true });
  const name = path.basename(file);
  if (driver === undefined) {
    const output = path.join(folder, 'function');
    const header = `${output}.h`;
    layGuestFile('driver.h', header);
    runTool('gcc', ['-O1', '-include', header, '-o', output, file]);
    rmSync(header);
  } else {
    copyFileSync(file, path.join(folder, name));
    layGuestFile(driver, path.join(folder, driver));
  }
  layGuestFile('function.sh', path.join(folder, 'run.sh'));
  writeFileSync(path.join(folder, 'command'), `${command(name)}\n`);
  return {
    name,
    isFunction: true,
    packages: [...packages, ...packagesIn(file)],
  };
}

/** Lays a workload into `folder`. Throws RefusedArgument for what is none. */
export function layWorkload(workload: string, folder: string): Workload {
  if (!existsSync(workload))
    throw new RefusedArgument('--workload', 'a folder or a file', workload);
  if (statSync(workload).isFile()) return layFunction(workload, folder);
  if (!existsSync(path.join(workload, 'run.sh'))) {
    throw new RefusedArgument('--workload', 'a folder with run.sh in it', workload);
  }
  cpSync(workload, folder, { recursive: true });
  return { name: path.basename(path.resolve(workload)), isFunction: false, packages: ['python3'] };
}
