/** test/unit mirrors assembly/ and src/ stem for stem: who looks for the test of a file knows its path. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { CORE, ROOT, SOURCES, filesIn, parse } from './tree.ts';
import { HELD } from './stems.ts';

const UNIT = 'test/unit/';

/** Where the test of a file lies: test/unit/assembly/… for the core's, test/unit/… for those of src. */
function testOf(source: string): string {
  return `${UNIT}${source.replace(/^src\//, '').replace(/\.ts$/, '.test.ts')}`;
}

/** Whether a file does anything: one without a function body is types, constants, data or a face. */
function hasBody(file: string): boolean {
  const visit = (node: ts.Node): boolean =>
    (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) ||
    (ts.forEachChild(node, (child) => (visit(child) ? true : undefined)) ?? false);
  return visit(parse(file));
}

const sources = [...CORE, ...SOURCES];
const tests = new Set(filesIn(UNIT));

describe('stems', () => {
  it('every file that does something has a test of its path and stem', () => {
    const bare = sources.filter((file) => hasBody(file) && !tests.has(testOf(file)));
    const excused = Object.keys(HELD);
    expect(bare.filter((file) => !excused.includes(file))).toEqual([]);
    expect(
      excused.filter((file) => !bare.includes(file)),
      'excuses that are not needed',
    ).toEqual([]);
  });

  it('what a test of another stem holds is held by a test that is there', () => {
    expect(Object.values(HELD).filter((test) => !existsSync(join(ROOT, test)))).toEqual([]);
  });

  it('every file under test/unit is the test of a file', () => {
    const wanted = new Set(sources.map(testOf));
    expect([...tests].filter((test) => !wanted.has(test))).toEqual([]);
  });
});
