// What is wrong with a line of a script, in one line.

/** A line of a playground's script cannot be carried out; the message is one line. */
export class ScriptError extends Error {
  override readonly name: string = 'ScriptError';
  /** 1-based; 0: no line in particular. */
  readonly line: number;

  constructor(message: string, line = 0) {
    super(line === 0 ? message : `line ${line}: ${message}`);
    this.line = line;
  }
}
