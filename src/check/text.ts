// What is shown of text and files from outside, in messages of one short line.

/** Longest text that a message shows of what was found. */
const SHOWN_CHARS = 60;

/** The text, or its begin. */
export function shortened(text: string): string {
  return text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}…` : text;
}

/** Control and format characters: what moves a cursor or cannot be seen. */
export const UNPRINTABLE: RegExp = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** The text with a number in place of each such character. */
export function escaped(text: string): string {
  return text.replaceAll(
    UNPRINTABLE,
    (character) => `\\u{${(character.codePointAt(0) as number).toString(16)}}`,
  );
}

const MARKUP: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** Text for HTML and SVG, in an element or in a quoted attribute; lines stay lines. */
export function markupOf(text: string): string {
  const shown = text.split('\n').map(escaped).join('\n');
  return shown.replaceAll(/[&<>"]/g, (character) => MARKUP[character]!);
}

/** Bytes as text; undefined: they are no UTF-8, which a lenient reader would make other names of. */
export function utf8Of(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Why a file could not be read, by the system's code. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'no permission to read it',
  EISDIR: 'a folder',
  ELOOP: 'links in a circle',
  ENAMETOOLONG: 'a name that is too long',
  ENOENT: 'nothing of that name',
  ENOTDIR: 'nothing of that name',
  EPERM: 'no permission to read it',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'text that is not UTF-8',
};

/** What was found in the place of a file that can be read. */
export function whyUnread(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  return REASONS[code] ?? (code === '' ? error.message : code);
}
