// Runs of equal bytes in few bytes (PackBits): a head below 128 says how many bytes follow as they are, less one; one from
// 128 on, how often the next byte stands, less 126.

const LITERAL_MOST = 128;
const RUN_LEAST = 2;
const RUN_MOST = 129;
const RUN_HEAD = 128;

function runAt(bytes: Uint8Array, at: number): number {
  let end = at + 1;
  while (end < bytes.length && bytes[end] === bytes[at] && end - at < RUN_MOST) end += 1;
  return end - at;
}

export function pack(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const run = runAt(bytes, at);
    if (run >= RUN_LEAST) {
      out.push(RUN_HEAD + run - RUN_LEAST, bytes[at] as number);
      at += run;
      continue;
    }
    const from = at;
    while (at < bytes.length && at - from < LITERAL_MOST && runAt(bytes, at) < RUN_LEAST) at += 1;
    out.push(at - from - 1, ...bytes.subarray(from, at));
  }
  return Uint8Array.from(out);
}

/** So many bytes; undefined when the packed ones are others. */
export function unpack(packed: Uint8Array, length: number): Uint8Array | undefined {
  const bytes = new Uint8Array(length);
  let done = 0;
  for (let at = 0; at < packed.length;) {
    const head = packed[at] as number;
    const isRun = head >= RUN_HEAD;
    const here = isRun ? head - RUN_HEAD + RUN_LEAST : head + 1;
    const read = isRun ? 1 : here;
    if (done + here > length || at + 1 + read > packed.length) return undefined;
    if (isRun) bytes.fill(packed[at + 1] as number, done, done + here);
    else bytes.set(packed.subarray(at + 1, at + 1 + here), done);
    done += here;
    at += 1 + read;
  }
  return done === length ? bytes : undefined;
}
