import { describe, expect, it } from 'vitest';
import { SessionPlayer } from '../../../src/replay/session-player.ts';
import { Clock } from '../../../src/time/index.ts';
import type { Session } from '../../../src/trace/index.ts';

function session(functionId: number, atMs: number[], frames: number[]): Session {
  const memory = { atMs: Float64Array.from(atMs), frames: Uint32Array.from(frames) };
  return { functionId, memory, tools: [] };
}

describe('a session', () => {
  const sessions = [session(0, [0, 1056, 1056, 2000], [5, 9, 7, 0]), session(1, [0], [3])];

  function rig(): { clock: Clock; player: SessionPlayer; heard: string[] } {
    const clock = new Clock();
    const heard: string[] = [];
    const player = new SessionPlayer(sessions, clock, (slot, frames) => {
      heard.push(`${clock.nowNs / 1e6} ms: ${slot} has ${frames}`);
    });
    return { clock, player, heard };
  }

  it('has each figure at its time since its call began', () => {
    const { clock, player, heard } = rig();
    clock.advance(500e6);
    player.begin(7, 0);
    clock.advance(100e6);
    player.begin(8, 1);
    clock.advance(10_000e6);
    expect(heard).toEqual([
      '500 ms: 7 has 5',
      '600 ms: 8 has 3',
      '1556 ms: 7 has 9',
      '1556 ms: 7 has 7',
      '2500 ms: 7 has 0',
    ]);
    expect(clock.pending).toBe(0);
  });

  it('that has ended follows nothing any more, another one does', () => {
    const { clock, player, heard } = rig();
    player.begin(1, 0);
    player.begin(2, 0);
    clock.advance(1000e6);
    player.end(1);
    player.end(1);
    clock.advance(10_000e6);
    expect(heard.filter((line) => line.includes(': 1 '))).toEqual(['0 ms: 1 has 5']);
    expect(heard.filter((line) => line.includes(': 2 '))).toHaveLength(4);
  });

  it('is none for other functions', () => {
    const { player, heard } = rig();
    player.begin(1, 2);
    expect(heard).toEqual([]);
  });
});
