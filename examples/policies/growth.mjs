// A growth policy of one's own in the benches: guestmem bench --filter czone,policies --policy examples/policies/growth.mjs

/** A new zone gets a quarter of its limit, a full one as much as it has. */
export const growth = () => ({
  name: 'quarter, then double',
  firstBlocks: (_key, limitBlocks) => Math.max(1, limitBlocks >> 2),
  nextBlocks: ({ blocks }) => Math.max(1, blocks),
  observe: () => {},
});
