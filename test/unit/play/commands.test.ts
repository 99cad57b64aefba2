/** The list of commands. */
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../src/play/commands.ts';
import { Play } from '../../../src/play/play.ts';

describe('commands', () => {
  it('have names of their own, and say how they are used', () => {
    expect(new Set(COMMANDS.map(({ name }) => name)).size).toBe(COMMANDS.length);
    for (const { name, usage, sentence } of COMMANDS) {
      expect(usage.split(' ')[0]).toBe(name);
      expect(sentence).toMatch(/\.$/);
    }
  });

  it('take from where it is said, or the last', () => {
    const play = new Play();
    play.load('boot 256\nstart a\ntouch a 10\nfree a 4\ntouch a 1\nfree a 2 0\ntouch a 2 20');
    expect(play.outcomes.map(({ code }) => code.at(-1)).slice(2)).toEqual([
      'a.touch(0, 2560, true);',
      'a.free(1536, 1024);',
      'a.touch(1536, 256, true);',
      'a.free(0, 512);',
      'a.touch(5120, 512, true);',
    ]);
  });

  it('refuse what the machine has not, and zones beside room', () => {
    const play = new Play();
    expect(() => play.load('boot 256 zones=64 room=128')).toThrow('found both');
    play.load('boot 256\nstart a');
    expect(() => play.run('idle a')).toThrow('a is in no CZone');
    expect(() => play.run('start a')).toThrow('there is a container a already');
  });
});
