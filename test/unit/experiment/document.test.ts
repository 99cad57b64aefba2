import { describe, expect, it } from 'vitest';
import { readDocument, saidAt } from '../../../src/experiment/document.ts';
import { ExperimentError } from '../../../src/experiment/error.ts';
import { group, list, text, whole } from '../../../src/experiment/shape.ts';
import { testFolder } from '../../support/folder.ts';

const SHAPE = group({
  seed: whole(0),
  systems: list('systems', text('a system')),
  deep: group({ size: whole(1, 9) }),
});

const at = testFolder();

/** The faults of a file, without its folder. */
function faults(content: string | Uint8Array): readonly string[] {
  try {
    readDocument(at('file.yaml', content), SHAPE);
  } catch (error) {
    expect(error).toBeInstanceOf(ExperimentError);
    return (error as ExperimentError).problems.map((line) => line.replace(`${at('')}/`, ''));
  }
  return [];
}

describe('a file', () => {
  it('is the value that stands in it; an empty one says nothing', () => {
    const file = at('good.yaml', 'seed: 3\nsystems: [a]');
    expect(readDocument(file, SHAPE)).toEqual({ seed: 3, systems: ['a'] });
    expect(readDocument(at('empty.yaml', ''), SHAPE)).toEqual({});
  });

  it('tells each fault in a line, by line and column, in the order of the file', () => {
    expect(faults('systems:\n  - a\n  - 7\nseed: -1\ndeep: { size: 10 }\n')).toEqual([
      'file.yaml:3:5: systems[1]: expected a system, found 7',
      'file.yaml:4:7: seed: expected a whole number from 0 on, found -1',
      'file.yaml:5:15: deep.size: expected a whole number from 1 to 9, found 10',
    ]);
  });

  it('tells an unknown key where it stands, with those that there are and the nearest', () => {
    expect(faults('deep: { siez: 1 }\nzzzzzzzz: 1')).toEqual([
      'file.yaml:1:9: deep: expected a key of size (did you mean size?), found "siez"',
      'file.yaml:2:1: expected a key of seed, systems, deep, found "zzzzzzzz"',
    ]);
  });

  it('says where something stands that is found wrong later, if it stands there', () => {
    const file = at('later.yaml', 'seed: 3\ndeep: { size: 2 }');
    expect(saidAt(file, ['deep', 'size'])).toBe(`${file}:2:15: deep.size`);
    expect(saidAt(file, ['systems'])).toBeUndefined();
  });

  it('lists no long list of keys when it knows which was meant', () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`key${n}`, whole(0)]));
    const said = /expected a key that is known \(did you mean key\d+\?\), found "kee7"$/;
    expect(() => readDocument(at('many.yaml', 'kee7: 1'), group(many))).toThrow(said);
  });

  it.each([
    ['text of another kind', 'seed: {', /^file.yaml:1:\d: expected YAML, found a fault: .+$/],
    ['a key twice', 'seed: 1\nseed: 2', /^file.yaml:2:1: expected YAML, found .*unique/],
    ['a list', '- 1', /^file.yaml:1:1: expected a group of keys \(.*\), found a list$/],
    ['no list', 'systems: a', /^file.yaml:1:10: systems: expected a list of systems, found "a"$/],
    ['an empty list', 'systems: []', /systems: expected a list of systems, found none$/],
    ['a name twice', 'systems: [a, a]', /:1:14: systems\[1\]: expected each .*"a" again$/],
    ['an alias of nothing', 'seed: *x', /^file.yaml:1:\d+: expected YAML, found a fault/],
    ['bytes that are no text', new Uint8Array([0xff, 0xfe, 1]), /expected .*not UTF-8$/],
    ['megabytes', 'a'.repeat(2_000_000), /expected at most 1 MiB, found more$/],
  ])('refuses %s', (_, content, line) => {
    const found = faults(content);
    expect(found[0]).toMatch(line);
    for (const one of found) expect(one).not.toContain('\n');
  });

  it('that cannot be read is one line', () => {
    expect(() => readDocument(at('none.yaml'), SHAPE)).toThrow(
      /none\.yaml: expected a file that can be read, found nothing of that name$/,
    );
  });

  it('with aliases upon aliases ends in a line, not in memory', () => {
    const bombs = Array.from({ length: 12 }, (_, n) => {
      const inner =
        n === 0
          ? '1'
          : Array<string>(12)
              .fill(`*a${n - 1}`)
              .join(', ');
      return `k${n}: &a${n} [${inner}]`;
    });
    expect(faults(bombs.join('\n'))[0]).toMatch(/expected YAML, found a fault: .*alias/);
  });
});
