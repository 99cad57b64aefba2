// All fuzzers run, whatever one comes to, and the table at the end tells what each did. With processes, on the sources alone.

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { transpileModule } from 'typescript';
import { describe, expect, it } from 'vitest';
import { type AllOptions, type AllWorld, type Part, type PartEnd, runAll } from './all.ts';
import { emptyFolder } from '../support/folder.ts';
import { projectFile } from './root.ts';

const SOUND = { isSound: true, isShort: false, cases: 7, tried: { cases: 7 } };

/** A world in which each part takes ten seconds and ends as is said. */
function played(ends: Readonly<Record<string, PartEnd>>): AllWorld & {
  readonly parts: Part[];
  readonly text: () => string;
} {
  const parts: Part[] = [];
  let text = '';
  return {
    parts,
    text: () => text,
    clock: () => 10 * parts.length,
    write: (said) => (text += said),
    part: (one) => {
      parts.push(one);
      return Promise.resolve(ends[one.name] as PartEnd);
    },
  };
}

const entries = ['one', 'two', 'three'].map((name, at) => ({ name, weight: at + 1 }));
const sound = { outcome: { ...SOUND, seconds: 2 }, again: [] };
const timed: AllOptions = { seed: 5, seconds: 60, isNight: false };

describe('all fuzzers', () => {
  it('share what is left of the time by their weights', async () => {
    const world = played({ one: sound, two: sound, three: sound });
    expect(await runAll(entries, timed, world)).toBe(true);
    expect(world.parts.map(({ options }) => options)).toEqual([
      { seed: 5, end: { seconds: 10 }, mayMiss: true },
      { seed: 5, end: { seconds: 20 }, mayMiss: true },
      { seed: 5, end: { seconds: 40 }, mayMiss: true },
    ]);
  });

  it('share CPU time in a night: what one leaves goes to those after it', async () => {
    const world = played({ one: sound, two: sound, three: sound });
    expect(await runAll(entries, { ...timed, isNight: true }, world)).toBe(true);
    const shares = world.parts.map(({ options }) => 'isNight' in options.end && options.end.atMost);
    expect(shares).toEqual([10, (58 * 2) / 5, 56]);
  });

  it('have one round each without time', async () => {
    const world = played({ one: sound, two: sound, three: sound });
    await runAll(entries, { ...timed, seconds: 0 }, world);
    expect(world.parts.map(({ options }) => options.end)).toEqual(
      entries.map(() => ({ seconds: 0 })),
    );
  });

  it('go on after one that finds something, and after one that dies', async () => {
    const failed = { ...SOUND, isSound: false, seconds: 3 };
    const world = played({
      one: { outcome: failed, again: ['again: npm run fuzz -- one --seed 5 --path 3:0'] },
      two: { death: 'SIGABRT', again: [] },
      three: {
        outcome: { ...SOUND, tried: { few: 7, many: 9 }, isShort: true, seconds: 4 },
        again: [],
      },
    });
    expect(await runAll(entries, { ...timed, isNight: true }, world)).toBe(false);
    expect(world.text()).toBe(
      [
        'fuzzer  ended    cases  CPU s  wall s  tried',
        'one     FAILED   7      3.0    10.0',
        'two     SIGABRT  -      -      10.0',
        'three   short    7      4.0    10.0    few 7, many 9',
        'all: 7 s of CPU time in 30 s from seed 5',
        'again: npm run fuzz -- one --seed 5 --path 3:0',
        '',
      ].join('\n'),
    );
  });
});

const folder = emptyFolder();

/** Three fuzzers in processes: what the second does is said; the others have one case and leave a file behind. */
function runWith(second: string, seconds = 60): { code: number | null; out: string } {
  for (const name of ['all', 'parts', 'watch']) {
    const source = readFileSync(projectFile(`test/fuzz/${name}.ts`), 'utf8');
    const { outputText } = transpileModule(source, { compilerOptions: { module: 99, target: 99 } });
    writeFileSync(path.join(folder, `${name}.mjs`), outputText.replaceAll(".ts'", ".mjs'"));
  }
  const program = path.join(folder, 'program.mjs');
  writeFileSync(
    program,
    `import { writeFileSync } from 'node:fs';
    import { tmpdir } from 'node:os';
    import { isMainThread } from 'node:worker_threads';
    import { runAll } from './all.mjs';
    import { partOf, runPart, tellOutcome } from './parts.mjs';
    import { watch, watched } from './watch.mjs';

    const url = new URL(import.meta.url);
    const names = ['one', 'two', 'three'];
    const own = partOf(process.argv.slice(2));
    const outcome = { isSound: true, isShort: false, cases: 1, tried: { cases: 1 }, seconds: 0 };
    if (!isMainThread) watch();
    else if (own === undefined) {
      const write = (text) => process.stdout.write(text);
      const world = { clock: () => 0, write, part: (part) => runPart(url, part, write) };
      const entries = names.map((name) => ({ name, weight: 1 }));
      const isSound = await runAll(entries, { seed: 5, seconds: 3, isNight: false }, world);
      process.exitCode = isSound ? 0 : 1;
    } else {
      const { began, end } = watched(names, url, own.name === 'two' ? ${seconds} : 60);
      began(own.name, own.options.seed, '3:0');
      writeFileSync(tmpdir() + '/left', '');
      if (own.name === 'two') { ${second} }
      tellOutcome(outcome);
      await end();
    }`,
  );
  const scratch = path.join(folder, 'scratch');
  mkdirSync(scratch, { recursive: true });
  const env = { ...process.env, TMPDIR: scratch };
  const { status, stdout } = spawnSync(process.execPath, [program], { encoding: 'utf8', env });
  expect(readdirSync(scratch)).toEqual([]);
  return { code: status, out: stdout };
}

describe('fuzzers in processes of their own', () => {
  it('end well when none finds anything', () => {
    const { code, out } = runWith('');
    expect(out.match(/^(one|two|three) +sound/gm)?.length).toBe(3);
    expect(code).toBe(0);
  });

  it.each([
    ['never pauses', 'for (;;);'],
    ['waits for what never comes', 'await new Promise(() => {});'],
  ])('are told of one that %s, by its seed and path, and go on', (_, second) => {
    const { code, out } = runWith(second, 0.2);
    expect(out).toContain('two: FAILED: case 3:0 of seed 5 did not end in 0.2 s\n');
    expect(out).toMatch(/^one +sound.*\ntwo +HUNG +- .*\nthree +sound/m);
    expect(out.endsWith('again: npm run fuzz -- two --seed 5 --path 3:0\n')).toBe(true);
    expect(code).toBe(1);
  });

  it.each([
    ['throws', "throw new Error('out of nowhere');", 'exit 1'],
    ['kills its process', 'process.abort();', 'SIGABRT'],
    ['ends without a word', 'process.exit(0);', 'exit 0'],
  ])('go on after one that %s', (_, second, ended) => {
    const { code, out } = runWith(second);
    expect(out).toMatch(new RegExp(`^one +sound.*\\ntwo +${ended} .*\\nthree +sound`, 'm'));
    expect(code).toBe(1);
  });
});
