/** Names of files: the system's rules where there is a system, those of URLs elsewhere. */
import { builtin } from '../check/index.ts';

export interface Paths {
  basename(path: string, ending?: string): string;
  dirname(path: string): string;
  extname(path: string): string;
  join(folder: string, name: string): string;
  /** Of a relative path: below the working folder, if there is one. */
  resolve(path: string): string;
}

function lastName(path: string): string {
  return path.replace(/\/+$/, '').split('/').at(-1) as string;
}

/** What a browser has. */
export const SLASHES: Paths = {
  basename: (path, ending = '') => {
    const name = lastName(path);
    return ending !== '' && name.endsWith(ending) ? name.slice(0, -ending.length) : name;
  },
  dirname: (path) => /^(.*)\/[^/]+\/*$/.exec(path)?.[1] ?? '.',
  extname: (path) => /[^.](\.[^.]*)$/.exec(lastName(path))?.[1] ?? '',
  join: (folder, name) => (folder === '.' ? name : `${folder.replace(/\/+$/, '')}/${name}`),
  resolve: (path) => path,
};

const paths: Paths = builtin('node:path') ?? SLASHES;

export const basename: Paths['basename'] = paths.basename;
export const dirname: Paths['dirname'] = paths.dirname;
export const extname: Paths['extname'] = paths.extname;
export const join: Paths['join'] = paths.join;
export const resolve: Paths['resolve'] = paths.resolve;
