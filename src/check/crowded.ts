/** Whether the system starts no further thread, or process: there are as many as their owner may have. */
export function isCrowded(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, syscall = '' }: NodeJS.ErrnoException = error;
  return code === 'ERR_WORKER_INIT_FAILED' || (code === 'EAGAIN' && syscall.startsWith('spawn'));
}
