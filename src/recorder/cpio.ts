/** Archives as Linux unpacks them into its first file system (the "newc" form of cpio). */

export interface ArchiveFile {
  readonly path: string;
  readonly mode: number;
  readonly bytes: Uint8Array;
}

export const FOLDER_MODE = 0o040755;
export const PROGRAM_MODE = 0o100755;
export const FILE_MODE = 0o100644;

const MAGIC = '070701';
const ALIGN = 4;

/** Folders must stand before what lies in them. */
export function cpio(files: readonly ArchiveFile[]): Uint8Array {
  const end: ArchiveFile = { path: 'TRAILER!!!', mode: 0, bytes: new Uint8Array(0) };
  return Buffer.concat([...files, end].map((file, i) => entry(file, i + 1)));
}

function entry({ path, mode, bytes }: ArchiveFile, inode: number): Buffer {
  const name = `${path}\0`;
  // inode, mode, owner, group, links, time, size, device (2), device of a special file (2), name, checksum
  const fields = [inode, mode, 0, 0, 1, 0, bytes.length, 0, 0, 0, 0, name.length, 0];
  const text = fields.map((field) => field.toString(16).padStart(8, '0')).join('');
  return Buffer.concat([padded(Buffer.from(MAGIC + text + name)), padded(Buffer.from(bytes))]);
}

function padded(bytes: Buffer): Buffer {
  const length = Math.ceil(bytes.length / ALIGN) * ALIGN;
  return Buffer.concat([bytes, Buffer.alloc(length - bytes.length)]);
}
