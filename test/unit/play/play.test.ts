/** A script that grows and shrinks. */
import { describe, expect, it } from 'vitest';
import { ScriptError } from '../../../src/play/error.ts';
import { Play } from '../../../src/play/play.ts';

const LINES = ['boot 256 zones=64', 'start a zone=32', 'touch a 10', 'exit a'];

function played(lines: readonly string[]): Play {
  const play = new Play();
  for (const line of lines) play.run(line);
  return play;
}

describe('a play', () => {
  it('comes to the same after a step is undone and done again', () => {
    const play = played(LINES);
    const [, , , last] = play.outcomes;
    expect(play.undo()).toBe(true);
    expect(play.script).toBe(`${LINES.slice(0, 3).join('\n')}\n`);
    expect(play.run('exit a')).toEqual(last);
    expect(play.reel('x')!.instants.map(({ note }) => note)).toEqual(LINES);
  });

  it('is as it was after a step that fails half-way', () => {
    const play = played(LINES.slice(0, 2));
    const before = play.outcomes.length;
    expect(() => play.run('touch a 40')).toThrow(ScriptError);
    expect(() => play.run('exit nobody')).toThrow('there is no container nobody');
    expect(play.outcomes.length).toBe(before);
    expect(play.run('touch a 10')).toEqual(played(LINES.slice(0, 3)).outcomes[2]);
  });

  it('takes another script in place of its own, up to a fault', () => {
    const play = played(LINES);
    expect(() => play.load('boot 256\nexit b\n')).toThrow('there is no container b');
    expect(play.script).toBe('boot 256\n');
    play.load(LINES.join('\n'));
    expect(play.outcomes).toEqual(played(LINES).outcomes);
  });

  it('of no step has no machine, no map and nothing to undo', () => {
    const play = new Play();
    expect(play.undo()).toBe(false);
    expect(play.reel('x')).toBeUndefined();
    expect(() => play.machine).toThrow('expected boot or clone first');
    expect(() => play.run('touch a 1')).toThrow('expected boot or clone first');
  });
});
