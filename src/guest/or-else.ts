/** What a step gives. Where it fails, as when the guest is out of memory, what was made for it goes first. */
export function orElse<T>(step: () => T, undo: () => void): T {
  try {
    return step();
  } catch (error) {
    undo();
    throw error;
  }
}
