/** What comments and pages point at is there: sections, decisions, pages, links. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');

function filesIn(folder: string, ending: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name))
    .toSorted();
}

const PAGES = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...filesIn('docs', '.md'),
  ...filesIn('test', '.md'),
  ...filesIn('bench', '.md'),
];
const CODE = ['assembly', 'src', 'test', 'bench', 'examples'].flatMap((at) => filesIn(at, '.ts'));
const ALL = [...CODE, ...PAGES];

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** A file with the lines of a comment joined, so that a citation may be broken across two. */
function unfolded(file: string): string {
  return read(file).replaceAll(/\n\s*(?:\/\/|\*)\s/g, ' ');
}

/** `file: match` for each match of the pattern's first group that is not as it should be. */
function strays(
  files: readonly string[],
  pattern: RegExp,
  isThere: (found: string) => boolean,
): string[] {
  return files.flatMap((file) =>
    [...unfolded(file).matchAll(pattern)]
      .map((match) => match[1] ?? '')
      .filter((found) => !isThere(found))
      .map((found) => `${file}: ${found}`),
  );
}

const SECTION = String.raw`[A-G0](?:\.\d+)?`;
const SECTIONS = new Set(
  [...read('docs/linux-memory.md').matchAll(/^##+ ([A-G0](?:\.\d+)?)\.? /gm)].map(
    (match) => match[1] ?? '',
  ),
);

/** Whether each section of a list such as `A.6 to A.9, A.13` has a heading. */
function haveHeadings(list: string): boolean {
  return (list.match(new RegExp(SECTION, 'g')) ?? []).every((section) => SECTIONS.has(section));
}

const DECISIONS = readdirSync(join(ROOT, 'docs/decisions'));

describe('docs/linux-memory.md', () => {
  it('has every section that is cited', () => {
    const list = String.raw`(?<![\w.])${SECTION}(?:(?:, and|, | to | and )${SECTION})*(?![\w.]\w)`;
    const cited = new RegExp(String.raw`linux-memory\.md\)?,? \(?(${list})`, 'g');
    expect(strays(ALL, cited, haveHeadings)).toEqual([]);
    const counted = ALL.flatMap((file) => [...unfolded(file).matchAll(cited)]);
    expect(counted.length).toBeGreaterThan(40);
  });

  it('has every section that it and the model name without the page', () => {
    const files = ['docs/linux-memory.md', ...filesIn('test/model', '.ts')];
    expect(strays(files, /\(([A-G]\.\d+\w*)/g, (found) => SECTIONS.has(found))).toEqual([]);
  });
});

const isDecision = (found: string): boolean =>
  DECISIONS.some(
    (name) => name === `${found}.md` || (/^\d+$/.test(found) && name.startsWith(found)),
  );

describe('citations', () => {
  it('of decisions name a page', () => {
    expect(strays(ALL, /decisions\/(\d{4}(?:-[a-z0-9-]+)?)/g, isDecision)).toEqual([]);
  });

  it('of pages name one of this repository', () => {
    const page = /(?<!Firecracker |[\w./-])(docs\/[a-z0-9-]+\.md)/g;
    expect(strays(ALL, page, (found) => existsSync(join(ROOT, found)))).toEqual([]);
  });

  it.each([/\b(fact shee[t])\b/gi, /(\bcapture\/READ[M]E)/g, /\b(DESIG[N]\.md)/g])(
    'never name what is not here: %s',
    (pattern) => {
      expect(strays(ALL, pattern, () => false)).toEqual([]);
    },
  );
});

describe('links', () => {
  it('of pages lead to files', () => {
    const broken = PAGES.flatMap((page) =>
      [...read(page).matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)]
        .map((match) => match[1] ?? '')
        .filter((target) => !/^[a-z]+:/.test(target))
        .filter((target) => !existsSync(resolve(ROOT, dirname(page), target)))
        .map((target) => `${page}: ${target}`),
    );
    expect(broken).toEqual([]);
  });
});

const isFile = (found: string): boolean =>
  existsSync(join(ROOT, found.replace(/[a-z-]*(?:NAME|VERSION)\.ts$/, '')));

describe('ARCHITECTURE.md', () => {
  it('names files that are there; NAME stands for the one to add', () => {
    const path = /`((?:src|assembly|test|bench|docs)\/[\w./-]+)`/g;
    expect(strays(['ARCHITECTURE.md'], path, isFile)).toEqual([]);
    expect([...read('ARCHITECTURE.md').matchAll(path)].length).toBeGreaterThan(15);
  });
});
