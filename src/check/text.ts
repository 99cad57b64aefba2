// What is shown of text from outside, in messages of one short line.

/** Longest text that a message shows of what was found. */
const SHOWN_CHARS = 60;

/** The text, or its begin. */
export function shortened(text: string): string {
  return text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}…` : text;
}
