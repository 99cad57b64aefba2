// What goes to the terminal: text in which nothing but line breaks controls it, on streams that may be closed or full.

/** Control and format characters (C0, C1, bidirectional overrides), which names from files can bring along. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

function escape(character: string): string {
  let text = '';
  for (let at = 0; at < character.length; at += 1) {
    text += `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`;
  }
  return text;
}

/** The text with each such character as JSON writes it, so that JSON stays what it was. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => (character === '\n' ? '\n' : escape(character)));
}

/** Lines on stdout. */
export function print(text: string): void {
  process.stdout.write(printable(text));
}

/** Lines with colours on stdout. Whoever makes them has escaped what comes from a file. */
export function printColoured(text: string): void {
  process.stdout.write(text);
}

/** One line on stderr, whatever is in it. */
export function complain(line: string): void {
  process.stderr.write(`${printable(line.trimEnd()).replaceAll('\n', ' ')}\n`);
}

/** Where whoever waits is told how far a command is; undefined: nobody wants to hear it. */
export function watched({ quiet }: { readonly quiet?: boolean }): NodeJS.WriteStream | undefined {
  return quiet === true ? undefined : process.stderr;
}

/** stdout is gone: quietly if nobody reads it any more, with a line if it could not be written. */
function endAt(error: Error): never {
  const code = 'code' in error ? String(error.code) : '';
  if (code !== 'EPIPE') {
    const why = code === 'ENOSPC' ? 'no space left on the device' : error.message;
    complain(`guestmem: stdout: ${why}`);
    process.exitCode = 1;
  }
  process.exit();
}

/** A stream that fails is no defect of the program: without this it would end with a stack. */
export function guardStreams(): void {
  process.stdout.on('error', endAt);
  process.stderr.on('error', () => {}); // nobody hears
}
