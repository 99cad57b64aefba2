/** Tags of objects. */
import { expect, it } from 'vitest';
import { TAG_TABLES, containerOf, containerTag } from '../../../src/guest/tag.ts';

it('a container’s tag leads back to it, and no other tag to one', () => {
  expect([0, 1, 77].map((container) => containerOf(containerTag(container)))).toEqual([0, 1, 77]);
  expect([0, TAG_TABLES].map(containerOf)).toEqual([undefined, undefined]);
});
