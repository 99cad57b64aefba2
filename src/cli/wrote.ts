// The line that says what a command wrote.

/** "wrote a, b and c" */
export function wroteLine(paths: readonly string[]): string {
  if (paths.length < 2) return paths.map((path) => `wrote ${path}\n`).join('');
  return `wrote ${paths.slice(0, -1).join(', ')} and ${paths.at(-1)}\n`;
}
