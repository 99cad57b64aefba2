/** Who may import whom: the two tables of docs/decisions/0001-rooms.md, faces, and no circles. */
import { describe, expect, it } from 'vitest';
import { CORE, SOURCES, circlesOf, codeOf, folderOf, linksOf } from './tree.ts';

/** Which rooms a room may import, besides itself. Changes only together with a page in docs/decisions. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  abi: [],
  check: [],
  graph: [],
  time: ['abi'],
  core: ['abi'],
  map: ['abi'],
  guest: ['core', 'time', 'map'],
  virtio: ['guest', 'time'],
  v86: ['virtio', 'time'],
  vmm: ['virtio', 'guest', 'time'],
  serverless: ['vmm'],
  cost: ['abi'],
  trace: ['abi', 'time'],
  replay: ['serverless', 'trace', 'cost', 'time', 'map'],
  recorder: ['abi'],
  shell: [],
  recording: ['vmm', 'virtio', 'guest', 'core', 'time', 'map'],
  scenario: ['replay', 'trace', 'serverless', 'vmm', 'cost', 'time'],
  microbench: ['core', 'scenario', 'replay', 'trace', 'serverless', 'vmm', 'time'],
  play: ['scenario', 'vmm', 'v86', 'cost', 'map'],
  report: ['abi', 'map'],
  experiment: ['replay', 'report', 'trace'],
  sweep: ['experiment', 'replay', 'report', 'trace'],
  cli: [
    'sweep',
    'experiment',
    'replay',
    'recording',
    'recorder',
    'scenario',
    'microbench',
    'play',
    'shell',
    'report',
    'trace',
    'map',
  ],
};

/** Rooms of which only types may be imported. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  vmm: ['cost'],
  replay: ['report'],
};

/** Folders of a room that are rooms themselves, and which of the same room they may import. */
const INNER: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  recording: {
    read: [],
    program: ['read'],
    verify: ['program', 'read'],
    placement: ['program', 'read'],
    profile: ['read'],
    import: ['read'],
    live: ['placement', 'program', 'read'],
  },
};

/** The core's folders are the levels of the machine: each may import those named. */
const LEVELS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  kernel: ['llfree', 'base'],
  czone: ['kernel', 'base'],
  host: ['czone', 'kernel', 'llfree', 'base'],
  object: ['host', 'free', 'czone', 'kernel', 'base'],
  move: ['object', 'host', 'free', 'czone', 'kernel', 'base'],
  life: ['object', 'host', 'free', 'czone', 'kernel', 'base'],
  recorded: ['move', 'object', 'host', 'free', 'boot', 'czone', 'kernel', 'base'],
  verify: ['object', 'host', 'free', 'czone', 'kernel', 'llfree', 'base'],
  free: ['host', 'czone', 'kernel', 'base'],
  boot: ['free', 'host', 'czone', 'kernel', 'base'],
  image: ['kernel', 'base'],
  // a module of its own, too: it shares nothing with the machine but src/abi
  llfree: [],
};

/** Every room counts in the same units, hashes with the same numbers, refuses in the same words, and can be written down. */
const OPEN: readonly string[] = [
  'src/abi/unit.ts',
  'src/abi/hash.ts',
  'src/check/index.ts',
  'src/graph/index.ts',
];

function strayImports(file: string): string[] {
  const room = folderOf('src', file);
  if (room === undefined) return [];
  return linksOf(file)
    .filter(({ target, isTypeOnly }) => {
      if (target === undefined || OPEN.includes(target)) return false;
      const other = folderOf('src', target);
      if (other === room) return false;
      if (other === undefined) return true;
      const types = isTypeOnly ? (TYPES[room] ?? []) : [];
      return !(ROOMS[room] ?? []).includes(other) && !types.includes(other);
    })
    .map(({ specifier }) => `${file} imports ${specifier}`);
}

/**
 * Imports of another room other than through its faces: index.ts, and node.ts with what takes a file system. Each file of abi is a
 * face: both compilers read it.
 */
function sideDoors(file: string): string[] {
  const room = folderOf('src', file);
  return linksOf(file)
    .filter(({ target }) => {
      const other = target === undefined ? undefined : folderOf('src', target);
      if (other === undefined || other === room || other === 'abi') return false;
      return ![`src/${other}/index.ts`, `src/${other}/node.ts`].includes(target as string);
    })
    .map(({ specifier }) => `${file} imports ${specifier}`);
}

/** All files that a file leads to, imports of types left out. */
function reachOf(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const { target, isTypeOnly } of linksOf(file)) {
    if (target !== undefined && !isTypeOnly) reachOf(target, seen);
  }
  return seen;
}

/** The folder inside a room, for the rooms that have rooms themselves. */
function innerOf(file: string): string | undefined {
  const parts = file.split('/');
  return parts.length > 3 ? parts[2] : undefined;
}

function strayInner(room: string, file: string): string[] {
  const inner = innerOf(file);
  if (inner === undefined) return [];
  const allowed = INNER[room]?.[inner] ?? [];
  return linksOf(file)
    .filter(({ target }) => {
      if (target === undefined || folderOf('src', target) !== room) return false;
      const other = innerOf(target);
      if (other === undefined || other === inner) return false;
      return !allowed.includes(other) || target !== `src/${room}/${other}/index.ts`;
    })
    .map(({ specifier }) => `${file} imports ${specifier}`);
}

/** Level of a file of the core: its folder, or its own name for the few that stand between two. */
function levelOf(file: string): string {
  return folderOf('assembly', file) ?? file.replace(/^assembly\/|\.ts$/g, '');
}

function upwardImports(file: string): string[] {
  const level = levelOf(file);
  if (level.startsWith('index')) return [];
  return linksOf(file)
    .filter(({ target }) => target !== undefined && target.startsWith('assembly/'))
    .filter(({ target }) => {
      const other = levelOf(target as string);
      return other !== level && !(LEVELS[level] ?? []).includes(other);
    })
    .map(({ specifier }) => `${file} imports ${specifier}`);
}

describe('rooms of src/', () => {
  it('are those of the table', () => {
    const rooms = new Set(SOURCES.map((file) => folderOf('src', file)));
    rooms.delete(undefined);
    expect([...rooms].toSorted()).toEqual(Object.keys(ROOMS).toSorted());
  });

  it('import only what the table allows', () => {
    expect(SOURCES.flatMap(strayImports)).toEqual([]);
  });

  it('are entered through their faces', () => {
    expect(SOURCES.flatMap(sideDoors)).toEqual([]);
  });

  it.each(Object.keys(INNER))('%s: its inner rooms import one way, through faces', (room) => {
    const files = SOURCES.filter((file) => folderOf('src', file) === room);
    expect(files.flatMap((file) => strayInner(room, file))).toEqual([]);
  });

  it('have no circle of imports, types included', () => {
    expect(circlesOf(SOURCES)).toEqual([]);
  });

  it('are all the library needs: it does not stand on its command line', () => {
    const rooms = linksOf('src/index.ts').map(({ target }) => folderOf('src', target ?? ''));
    expect(rooms).not.toContain('cli');
  });

  it('that a browser gets import no module of Node', () => {
    const stray = [...reachOf('src/index.ts')].flatMap((file) =>
      linksOf(file)
        .filter(({ specifier, isTypeOnly }) => specifier.startsWith('node:') && !isTypeOnly)
        .map(({ specifier }) => `${file} imports ${specifier}`),
    );
    expect(stray).toEqual([]);
  });

  it('only src/core speaks of WebAssembly or loads it', () => {
    const stray = SOURCES.filter((file) => folderOf('src', file) !== 'core').filter((file) =>
      /\bWebAssembly\b|@assemblyscript\/loader/.test(codeOf(file)),
    );
    expect(stray).toEqual([]);
  });
});

describe('levels of the core', () => {
  it('are those of the table', () => {
    const levels = new Set(CORE.map(levelOf).filter((level) => !level.startsWith('index')));
    expect([...levels].filter((level) => LEVELS[level] === undefined)).toEqual([]);
  });

  it('import only what stands under them', () => {
    expect(CORE.flatMap(upwardImports)).toEqual([]);
  });

  it('have no circle of imports', () => {
    expect(circlesOf(CORE)).toEqual([]);
  });

  it('import themselves and src/abi, without extensions', () => {
    const stray = CORE.flatMap((file) =>
      linksOf(file)
        .map(({ specifier }) => specifier)
        .filter((specifier) => !/^(?:\.\.?\/)+(?:src\/abi\/)?[a-z0-9/-]+$/.test(specifier))
        .map((specifier) => `${file} imports ${specifier}`),
    );
    expect(stray).toEqual([]);
  });
});
