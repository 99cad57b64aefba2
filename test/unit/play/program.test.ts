/** The exported program makes the same calls: it ends with the same account, to the last frame. */
import { describe, expect, it } from 'vitest';
import * as library from '../../../src/index.ts';
import { LESSONS, Play, programOf } from '../../../src/play/index.ts';

/** Runs a module's text with the library of this tree in place of the package. */
function outputOf(program: string): string {
  const body = program.replace(/^import (\{.*\}) from 'guestmem';/, 'const $1 = library;');
  const printed: string[] = [];
  const run = new Function('library', 'console', body) as (...args: unknown[]) => void;
  run(library, { log: (text: string) => printed.push(text) });
  return printed.join('\n');
}

const EVERYTHING =
  'clone 256 room=128 reporting\nstart a\ntouch a 5\nfork a b 32\nturns a b 2\nfree a 2\nfile lib 4\ndrop 2\ncompact\nplug 64\nunplug 64\ninflate 4\ndeflate 2\nwait 1\nexit a';

describe('a program', () => {
  const scripts = LESSONS.map(({ name, steps }) => {
    return [name, steps.map(({ script }) => script).join('\n')] as const;
  });
  it.each([...scripts, ['everything', EVERYTHING] as const])('of %s', (_, script) => {
    const play = new Play();
    play.load(script);
    const program = programOf(play.outcomes);
    expect(JSON.parse(outputOf(program))).toEqual(play.machine.vmm.host.byCause);
  });
});
