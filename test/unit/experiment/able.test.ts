import { expect, it } from 'vitest';
import { leftOutLine, unableOf } from '../../../src/experiment/able.ts';

it('systems that cannot be parked are told with the reason, and in one line', () => {
  const idle = 'park:1s,suspend:5m';
  const unable = unableOf(['scpv-boot', 'mcpv-static', 'mcpv-squeezy'], idle);
  expect(unable.map(({ system }) => system)).toEqual(['mcpv-static', 'mcpv-squeezy']);
  for (const { reason } of unable) {
    expect(reason).toMatch(/^cannot be parked \(idle: park:1s,suspend:5m\): [a-z].+/);
  }
  expect(leftOutLine(idle, unable)).toBe(
    `left out, as they cannot be parked (idle: ${idle}): mcpv-static, mcpv-squeezy`,
  );
});

it('no system is left out where nothing is parked', () => {
  expect(unableOf(['mcpv-static'], 'suspend:5m')).toEqual([]);
  expect(leftOutLine('keep', [])).toBeUndefined();
});
