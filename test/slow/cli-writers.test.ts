/**
 * Every command that writes, while its folder is taken, read-only or full, its streams are gone, or it is killed before any step: old
 * results stay whole, new ones are whole or absent, and what a dead process left is cleared. On the built program.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, MAIN, ROOT, guestmemIn } from '../support/built.ts';
import { emptyFolder } from '../support/folder.ts';
import { COMMANDS_THAT_WRITE, type CommandThatWrites, putInputs } from '../support/writers.ts';
import { sized } from './size.ts';

const KILL = join(ROOT, 'test/support/kill-at.mjs');
/** Of the steps that are told apart, from one kill to the next. At full size a kill that leaves no word comes before each of them. */
const STRIDES = { SIGKILL: sized(25, 1), SIGTERM: sized(35, 5) } as const;
/** Of a place in the program that does the same to one file after another: the first steps, the last one, and from one to the next between. */
const FIRST = 2;
const BETWEEN = 8;
/** Kills from one to the next after which the command is run once more, which takes as long as a kill. */
const REDONE = sized(1, 8);
const NOTES = 'notes.txt';
const STATE = 'run.state';

const folder = emptyFolder();
const at = (name: string): string => join(folder, name);

beforeAll(() => putInputs(folder), 240_000);

/** At the small size one form of each way to write: `trace sample` and `synth` are convert's, `figures` replay's, a recording takes seconds. */
const FEW: readonly string[] = ['replay', 'sweep', 'report', 'map', 'trace convert'];
const tried = COMMANDS_THAT_WRITE.filter(
  ({ command }, index, all) =>
    sized(false, true) ||
    (FEW.includes(command) && all.findIndex((one) => one.command === command) === index),
);
const cases = tried.map(
  (one, index) => [`${one.command} (${one.files.join(', ')})`, one, `case-${index}`] as const,
);

/** What can be read in a folder by name; folders in it are of jobs, which are finished one by one. */
function readable(out: string): Record<string, string> {
  const isFile = (name: string): boolean =>
    statSync(join(out, name), { throwIfNoEntry: false })?.isFile() === true;
  const names = readdirSync(out).filter((name) => name[0] !== '.' && isFile(name));
  return Object.fromEntries(
    names.map((name) => [name, readFileSync(join(out, name)).toString('latin1')]),
  );
}

/** Results of an earlier run, beside a file of the user's. */
function oldResults(name: string, { others, files, lay }: CommandThatWrites): string {
  const out = at(name);
  if (existsSync(out)) return out;
  lay?.(folder, out);
  expect(guestmemIn(folder, ...others(out))).toMatchObject({ code: 0 });
  lay?.(folder, out);
  expect(readdirSync(out).toSorted()).toEqual([...files].toSorted());
  writeFileSync(join(out, NOTES), 'of the user');
  return out;
}

/** What a run says of itself besides: the time that it took, the memory, and its command, on which Parquet's length of footer depends. */
function steady(said: string): string {
  const text = said
    .replace(/"peakResidentBytes": \d+/, '')
    .replace(/^(PAR1.*).{4}PAR1$/s, '$1PAR1');
  return text.length > 64 ? text.slice(0, 40) + text.slice(-8) : text;
}

const isSame = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** A sweep's jobs have whole results or none. */
function expectWholeJobs(out: string): void {
  const jobs = join(out, 'jobs');
  for (const name of existsSync(jobs) ? readdirSync(jobs) : []) {
    const results = join(jobs, name, 'results.json');
    if (existsSync(results)) JSON.parse(readFileSync(results, 'utf8'));
  }
}

/** All that can be read is of the old run, or all of the new one: which. */
function expectOneRun(
  out: string,
  old: string,
  fresh: string,
  { goingOn }: CommandThatWrites,
): 'old' | 'new' {
  const { [`${STATE}.next`]: _half, ...found } = readable(out);
  expectWholeJobs(out);
  const isOld = isSame(found, readable(old));
  const goesOn = goingOn?.(out, isOld ? 'two' : 'one');
  if (goesOn !== undefined) expect(guestmemIn(folder, ...goesOn)).toMatchObject({ code: 0 });
  if (isOld) return 'old';
  const wanted = { ...readable(fresh), [NOTES]: 'of the user' };
  expect(Object.keys(found).toSorted()).toEqual(Object.keys(wanted).toSorted());
  if (goesOn === undefined) {
    for (const [name, text] of Object.entries(wanted)) {
      expect(steady(found[name] ?? ''), name).toBe(steady(text));
    }
  }
  return 'new';
}

/** A word of what is written is true. */
function expectTrue(err: string, found: 'old' | 'new'): void {
  if (err.includes('nothing was written')) expect(found).toBe('old');
  if (err.includes('all was written')) expect(found).toBe('new');
}

/** What a recorder is doing, and how far a sweep is, is no complaint. */
function complaints(err: string): string {
  return err.replace(/^guestmem(?: record: .*|: \d+\/\d+ jobs, .*)\n/gm, '');
}

interface Killed extends Ended {
  /** It made so many steps; a run that ends in time may end well for all that. */
  readonly isReached: boolean;
}

function underKill(words: readonly string[], variables: Readonly<Record<string, string>>): Ended {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', KILL, MAIN, ...words],
    { cwd: folder, encoding: 'utf8', env: { ...process.env, ...variables } },
  );
  return { code: status, out: stdout, err: stderr };
}

function killed(words: readonly string[], signal: NodeJS.Signals, step: number): Killed {
  const told = at('told');
  rmSync(told, { force: true });
  const variables = { KILL_AT: String(step), KILL_WITH: signal, KILL_TOLD: told };
  return { ...underKill(words, variables), isReached: existsSync(told) };
}

/** The steps of a run, from 1, that are told apart by the places in the program that they come from. */
function stepsApart(places: readonly string[]): number[] {
  const seen = new Map<string, number>();
  const last = new Map(places.map((place, index) => [place, index]));
  const steps: number[] = [];
  for (const [index, place] of places.entries()) {
    const times = seen.get(place) ?? 0;
    seen.set(place, times + 1);
    const isBetween = times >= FIRST && last.get(place) !== index;
    if (!isBetween || times % BETWEEN === 0) steps.push(index + 1);
  }
  return steps;
}

/** Those of a run, and then on until a run has no more of them. */
function* stepsToEnd(places: readonly string[], stride: number): Generator<number> {
  yield* stepsApart(places).filter((_, index) => index % stride === stride >> 1);
  for (let step = places.length + 1; ; step += stride) yield step;
}

describe.each(cases)('%s', (_, one, name) => {
  const old = (): string => oldResults(`${name}-old`, one);
  const fresh = (): string => {
    const out = at(`${name}-new`);
    if (existsSync(out)) return out;
    one.lay?.(folder, out);
    expect(guestmemIn(folder, ...one.words(out)).code).toBe(0);
    // or nothing would tell one run from the other
    expect(readable(old())).not.toMatchObject(readable(out));
    return out;
  };

  let listed: readonly string[] | undefined;
  const places = (): readonly string[] => {
    if (listed !== undefined) return listed;
    const out = at(`${name}-steps`);
    cpSync(old(), out, { recursive: true });
    expect(underKill(one.words(out), { KILL_LIST: at(`${name}-list`) }).code).toBe(0);
    return (listed = readFileSync(at(`${name}-list`), 'utf8')
      .trimEnd()
      .split('\n'));
  };

  it.for(['SIGKILL', 'SIGTERM'] as const)(
    'ended by %s before a step leaves one run whole',
    { timeout: sized(240_000, 3_600_000) },
    async (signal, { annotate }) => {
      let kills = 0;
      for (const step of stepsToEnd(places(), STRIDES[signal])) {
        const out = at(`${name}-${signal}-${step}`);
        cpSync(old(), out, { recursive: true });
        const { err, isReached } = killed(one.words(out), signal, step);
        expectTrue(err, expectOneRun(out, old(), fresh(), one));
        if (signal === 'SIGTERM')
          expect(readdirSync(out).filter((file) => file[0] === '.')).toEqual([]);
        if (!isReached && step > places().length) break;
        kills += Number(isReached);
        if (kills % REDONE !== 0) continue;
        expect(guestmemIn(folder, ...one.words(out)).code).toBe(0);
        expect(readdirSync(out).toSorted()).toEqual([...one.files, NOTES].toSorted());
      }
      expect(kills).toBeGreaterThan(0);
      await annotate(`${kills} kills`);
    },
  );

  it('says in one line where it cannot write, and touches nothing', () => {
    writeFileSync(at(`${name}-file`), 'a file');
    for (const out of [at(`${name}-file`), at(`${name}-file/below`), '/proc/nope']) {
      const { code, err } = guestmemIn(folder, ...one.words(out));
      expect({ code, err }).toEqual({ code: 2, err: expect.stringMatching(/^guestmem: .+\n$/) });
      expect(err).toContain(out);
    }
    expect(readFileSync(at(`${name}-file`), 'utf8')).toBe('a file');
  }, 240_000);

  it('leaves old results whole where there is no room, or no leave to write', (context) => {
    onDisk(context, 'size=2m', (place) => {
      cpSync(old(), place, { recursive: true });
      fillUp(join(place, 'filler'));
      const full = guestmemIn(folder, ...one.words(place));
      expect(full).toMatchObject({
        code: 2,
        err: expect.stringMatching(/^guestmem: .*no space.*\n$/),
      });
      execFileSync('mount', ['-o', 'remount,ro', place]);
      const readOnly = guestmemIn(folder, ...one.words(place));
      expect(readOnly).toMatchObject({
        code: 2,
        err: expect.stringMatching(/^guestmem: .*read-only.*\n$/),
      });
      const { filler: _filler, ...kept } = readable(place);
      expect(kept).toEqual(readable(old()));
      expect(readdirSync(place).filter((file) => file[0] === '.')).toEqual([]);
    });
  }, 240_000);

  const foundWith = (context: TestContext, names: number): 'old' | 'new' =>
    onDisk(context, 'size=8m', (place) => {
      cpSync(old(), place, { recursive: true });
      const { files, ffree } = statfsSync(place);
      execFileSync('mount', ['-o', `remount,nr_inodes=${files - ffree + names}`, place]);
      const { err } = guestmemIn(folder, ...one.words(place));
      const found = expectOneRun(place, old(), fresh(), one);
      const noRoom = /^(?:guestmem: .*no space left on the device\n)+$/;
      expect(complaints(err)).toMatch(found === 'old' ? noRoom : /^$/);
      expect(readdirSync(place).filter((file) => file[0] === '.')).toEqual([]);
      return found;
    });

  it(
    'leaves one run whole where there is no room for one more name, whichever that is',
    (context) => {
      for (let spare = 0; foundWith(context, spare) === 'old'; spare += sized(11, 3));
    },
    sized(240_000, 3_600_000),
  );

  it('leaves one run whole where nobody reads what it prints, or it does not fit', () => {
    for (const [end, sink] of [
      ['full', '> /dev/full'],
      ['closed', '| true'],
    ] as const) {
      const out = at(`${name}-${end}`);
      cpSync(old(), out, { recursive: true });
      const line = [process.execPath, MAIN, ...one.words(out)].map((word) => `'${word}'`).join(' ');
      const { stderr } = spawnSync('bash', ['-c', `${line} ${sink}`], {
        cwd: folder,
        encoding: 'utf8',
      });
      const said = end === 'full' ? 'guestmem: stdout: no space left on the device\n' : '';
      expect(complaints(stderr)).toBe(said);
      expectOneRun(out, old(), fresh(), one);
      expect(readdirSync(out).filter((file) => file[0] === '.')).toEqual([]);
    }
  }, 240_000);
});

/** Does work on a small disk of its own. */
function onDisk<Value>(
  context: TestContext,
  options: string,
  work: (place: string) => Value,
): Value {
  const place = at('mounted');
  mkdirSync(place, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', place], { stdio: 'pipe' });
  } catch {
    context.skip('no tmpfs can be mounted here');
  }
  try {
    return work(place);
  } finally {
    execFileSync('umount', [place]);
  }
}

/** Takes all that is left of a file system. */
function fillUp(file: string): void {
  try {
    for (let size = 2 ** 16; ;) {
      try {
        writeFileSync(file, new Uint8Array(size).fill(1), { flag: 'a' });
      } catch (error) {
        if (size <= 1) throw error;
        size >>= 1;
      }
    }
  } catch {
    // full
  }
}

describe('a disk that fills while a trace is written', () => {
  it('leaves the old trace whole', (context) => {
    onDisk(context, 'size=900k', (place) => {
      const synth = (minutes: number): Ended =>
        guestmemIn(
          folder,
          ...'trace synth --shape many --functions 300 --to vhive --force --minutes'.split(' '),
          String(minutes),
          '--out',
          place,
        );
      expect(synth(5).code).toBe(0);
      const before = readable(place);
      expect(synth(2000)).toMatchObject({ code: 2, err: expect.stringMatching(/no space/) });
      expect(readable(place)).toEqual(before);
      expect(readdirSync(place).toSorted()).toEqual(Object.keys(before).toSorted());
    });
  }, 240_000);
});

function helpOf(...words: string[]): string {
  return guestmemIn(folder, ...words, '--help').out;
}

const takesOut = (help: string): boolean => /^ +--(?:out|steps|checkpoint) /m.test(help);

/** Names of the commands that a help lists. */
function listedIn(help: string): string[] {
  const [, list = ''] = /^Commands:\n((?: .*\n)*)/m.exec(help) ?? [];
  const names = [...list.matchAll(/^ {2}([a-z-]+)/gm)].map(([, name = '']) => name);
  return names.filter((name) => name !== 'help');
}

describe('the list of commands that write', () => {
  it('has every one that takes a place to write into', () => {
    const writing = listedIn(helpOf()).flatMap((command) => {
      const help = helpOf(command);
      const inner = listedIn(help).filter((word) => takesOut(helpOf(command, word)));
      return [...(takesOut(help) ? [command] : []), ...inner.map((word) => `${command} ${word}`)];
    });
    const listed = new Set(COMMANDS_THAT_WRITE.map(({ command }) => command));
    listed.delete('report'); // into the folder that it reads
    // where there is no archive of Debian
    listed.add('record');
    // compiles for so long that a kill at each step is out of reach: test/slow/build-core.test.ts
    listed.add('build-core');
    expect(writing.toSorted()).toEqual([...listed].toSorted());
  }, 240_000);
});
