// What a document can hold: records and details of callers without types may have whole machines in them.

/** Documents nest by a few; what goes round has no end. */
const DEPTH_MOST = 16;

/** Whether it is text, numbers, flags, and lists and objects of such. */
export function isPlainData(value: unknown, hasArrays = false, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) {
    return !['bigint', 'function', 'symbol'].includes(typeof value);
  }
  if (ArrayBuffer.isView(value)) return hasArrays;
  const above: unknown = Object.getPrototypeOf(value);
  const isPlain = Array.isArray(value) || above === Object.prototype || above === null;
  if (!isPlain || depth === DEPTH_MOST) return false;
  return Object.values(value).every((inner) => isPlainData(inner, hasArrays, depth + 1));
}
