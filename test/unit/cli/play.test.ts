/** guestmem play: what is wrong is said in one line; the page itself is test/browser's. */
import { expect, it } from 'vitest';
import { playCommand } from '../../../src/cli/play.ts';
import { ran } from '../../support/command.ts';

it.each([
  [['--port', '99999'], /--port: expected a whole number from 0 to 65535, found "99999"/],
  [['--port', 'x'], /--port: expected a whole number/],
  [['--kernel', '/no/vmlinuz', '--port', '0'], /--kernel: /],
])('refuses %j', async (args, text) => {
  const { code, out, err } = await ran(playCommand(), ...args);
  expect([code, out]).toEqual([2, '']);
  expect(err).toMatch(text);
});
