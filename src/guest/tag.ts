// What an object is for, as its maker wrote it into the core: whoever looks at the guest's bytes alone can tell containers
// apart, and page tables from other kernel memory. Objects of the system itself have no tag.

/** Page tables of an address space. */
export const TAG_TABLES = 1;

/** Anonymous memory of the container that has this number. */
export function containerTag(container: number): number {
  return container * 2 + 2;
}

/** The container of such an object; undefined: it is none's. */
export function containerOf(tag: number): number | undefined {
  return tag >= 2 && tag % 2 === 0 ? (tag - 2) / 2 : undefined;
}
