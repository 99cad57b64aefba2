/** Messages of HyperAlloc's driver as bytes: le32 node, le32 zone, le64 first or wanted frame, le64 frames spanned. */

export const ZONE_BYTES = 24;
export const INSTALL_BYTES = 16;

export interface ZoneMessage {
  readonly node: number;
  /** Number of the kernel zone. */
  readonly zone: number;
  readonly start: number;
  readonly frames: number;
}

export interface InstallMessage {
  readonly node: number;
  readonly zone: number;
  readonly pfn: number;
}

export function encodeZone({ node, zone, start, frames }: ZoneMessage): Uint8Array {
  const bytes = new Uint8Array(ZONE_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, node, true);
  view.setUint32(4, zone, true);
  view.setBigUint64(8, BigInt(start), true);
  view.setBigUint64(16, BigInt(frames), true);
  return bytes;
}

/** Numbers are the nearest doubles; one that is not exact lies outside every guest. */
export function decodeZone(bytes: Uint8Array): ZoneMessage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    node: view.getUint32(0, true),
    zone: view.getUint32(4, true),
    start: Number(view.getBigUint64(8, true)),
    frames: Number(view.getBigUint64(16, true)),
  };
}

export function encodeInstall({ node, zone, pfn }: InstallMessage): Uint8Array {
  const bytes = new Uint8Array(INSTALL_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, node, true);
  view.setUint32(4, zone, true);
  view.setBigUint64(8, BigInt(pfn), true);
  return bytes;
}

export function decodeInstall(bytes: Uint8Array): InstallMessage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    node: view.getUint32(0, true),
    zone: view.getUint32(4, true),
    pfn: Number(view.getBigUint64(8, true)),
  };
}
