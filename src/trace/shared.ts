/** Arrays that workers share: a trace is read once, however many threads play it. */

/** Bytes that a worker sees without a copy, where there are such; browsers have them on isolated pages only. */
function bytesFor(size: number): SharedArrayBuffer | ArrayBuffer {
  return typeof SharedArrayBuffer === 'function'
    ? new SharedArrayBuffer(size)
    : new ArrayBuffer(size);
}

export function sharedUint32(length: number): Uint32Array {
  return new Uint32Array(bytesFor(length * Uint32Array.BYTES_PER_ELEMENT));
}

export function sharedFloat32(length: number): Float32Array {
  return new Float32Array(bytesFor(length * Float32Array.BYTES_PER_ELEMENT));
}

export function sharedFloat64(length: number): Float64Array {
  return new Float64Array(bytesFor(length * Float64Array.BYTES_PER_ELEMENT));
}
