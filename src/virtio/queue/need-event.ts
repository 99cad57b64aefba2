/** Was `event` passed when the index went from `old` to `next`? All free-running u16 (spec 2.7.7.2). */
export function needEvent(event: number, next: number, old: number): boolean {
  return ((next - event - 1) & 0xffff) < ((next - old) & 0xffff);
}
