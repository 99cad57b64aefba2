/** Style as tests: how large things get, what is not written at all. Who may import whom: test/house. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { CORE, ROOT, SOURCES, codeOf, filesIn, parse, read } from './house/tree.ts';

const COLUMNS_MAX = 100;
const FUNCTION_LINES_MAX = 70;
const FILE_LINES_MAX = 500;

const ALL = [...SOURCES, ...CORE, ...filesIn('test'), ...filesIn('bench'), ...filesIn('examples')];

function* longFunctions(file: string): Generator<string> {
  const source = parse(file);
  const lineOf = (position: number): number =>
    source.getLineAndCharacterOfPosition(position).line + 1;
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    // the callbacks of describe() are chapters, not functions
    const measured =
      ts.isFunctionDeclaration(node) ||
      ts.isMethodDeclaration(node) ||
      ts.isConstructorDeclaration(node);
    if (measured && node.body !== undefined) {
      const lines = lineOf(node.getEnd()) - lineOf(node.getStart(source)) + 1;
      if (lines >= FUNCTION_LINES_MAX) {
        found.push(`${file}:${lineOf(node.getStart(source))} has ${lines} lines`);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  yield* found;
}

/** Line numbers, from 0, that lie in a template literal: text, which cannot be broken. */
function templateLines(file: string): Set<number> {
  const source = parse(file);
  const lines = new Set<number>();
  const visit = (node: ts.Node): void => {
    if (ts.isTemplateExpression(node) || ts.isNoSubstitutionTemplateLiteral(node)) {
      const first = source.getLineAndCharacterOfPosition(node.getStart(source)).line;
      const last = source.getLineAndCharacterOfPosition(node.getEnd()).line;
      for (let line = first; line <= last; line++) lines.add(line);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return lines;
}

/** Lines of code that are too wide; strings cannot be broken and comments may quote. */
function* wideLines(file: string): Generator<string> {
  const lines = read(file).split('\n');
  if (!lines.some((line) => line.length > COLUMNS_MAX)) return;
  const text = templateLines(file);
  for (const [index, line] of lines.entries()) {
    const isComment = /^\s*(?:\/[/*]|\*)/.test(line);
    const code = line.replace(/\s\/\/ .*$/, '');
    if (code.length <= COLUMNS_MAX || isComment || /['"`]/.test(code) || text.has(index)) continue;
    yield `${file}:${index + 1} has ${code.length} columns`;
  }
}

describe('sizes', () => {
  it(`functions have fewer than ${FUNCTION_LINES_MAX} lines`, () => {
    expect(ALL.flatMap((file) => [...longFunctions(file)])).toEqual([]);
  });

  it(`files have at most ${FILE_LINES_MAX} lines`, () => {
    const long = ALL.filter((file) => read(file).split('\n').length - 1 > FILE_LINES_MAX);
    expect(long).toEqual([]);
  });

  it(`code is at most ${COLUMNS_MAX} columns wide`, () => {
    expect([...SOURCES, ...CORE].flatMap((file) => [...wideLines(file)])).toEqual([]);
  });
});

/** What is not written, where, and what to write instead. */
const BANNED: readonly (readonly [RegExp, (file: string) => boolean, string])[] = [
  [/\b(?:TO[D]O|FIX[M]E|XX[X])\b/, () => true, 'open an issue'],
  [/\bMath\.rand[o]m\b/, () => true, 'a seeded stream'],
  [/\bDate\.n[o]w\b|\bnew Dat[e]\b/, () => true, 'the clock of the run'],
  // a machine of v86 runs in real time, and so do the devices in it
  [
    /\bperformance\.n[o]w\b/,
    (file) => !/^(?:src\/(?:replay|v86)\/wall\.ts|bench\/)/.test(file),
    'wall.ts',
  ],
  [/^export defaul[t]\b/m, () => true, 'a named export'],
  [/:\s*an[y]\b|\bas an[y]\b|<an[y]>/, () => true, 'unknown, or the type'],
  [/^\s*(?:export )?(?:const )?enu[m] \w/m, (file) => !file.startsWith('assembly'), 'constants'],
  [/\bnamespac[e] \w+ \{/, () => true, 'a module'],
];

describe('banned words', () => {
  it.each(BANNED)('%s', (pattern, applies, instead) => {
    const found = ALL.filter((file) => applies(file) && pattern.test(codeOf(file)));
    expect(found, `write ${instead}`).toEqual([]);
  });
});

describe('files', () => {
  it('open with what they are for', () => {
    const bare = [...SOURCES, ...CORE].filter((file) => !/^(?:#!.*\n)?\/[/*]/.test(read(file)));
    expect(bare).toEqual([]);
  });

  it('decisions are numbered without gaps', () => {
    const pages = readdirSync(join(ROOT, 'docs/decisions')).toSorted();
    const numbers = pages.map((name) => /^(\d{4})-[a-z0-9-]+\.md$/.exec(name)?.[1]);
    expect(numbers).toEqual(pages.map((_, index) => String(index + 1).padStart(4, '0')));
  });
});
