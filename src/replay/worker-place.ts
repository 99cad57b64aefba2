// A file of its own in the package: a bundler that finds the place of a program in a file takes the program along, used or not.

/** Of the program of a thread that plays. */
export function workerPlace(): URL {
  return new URL(/* @vite-ignore */ '../replay/worker.js', import.meta.url);
}
