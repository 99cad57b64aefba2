/** A script in a link. */
import { expect, it } from 'vitest';
import { fragmentOf, scriptOf } from '../../../src/play/link.ts';

it('goes into a fragment and back', () => {
  const script = 'boot 256 zones=64\nstart a 64\ntouch a 0.5 3\n';
  const fragment = fragmentOf(script);
  expect(fragment).toMatch(/^#script=[\w+.;%]+$/);
  expect(scriptOf(fragment)).toBe(script);
});

it('another fragment is none, a broken or very long one is refused', () => {
  expect(scriptOf('')).toBeUndefined();
  expect(scriptOf('#map')).toBeUndefined();
  expect(() => scriptOf('#script=%E0%A4')).toThrow('holds no script');
  expect(() => scriptOf(`#script=${'a'.repeat(9000)}`)).toThrow('too long');
});
