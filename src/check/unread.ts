// Why a file could not be read, in words: what the system says has a code.

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
