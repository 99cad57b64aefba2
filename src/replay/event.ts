// A replay's events on the clock: what happens and to which container, in one number.

/** A container is ready for the call that it was started for. */
export const EVENT_READY = 0;
/** A call ends. */
export const EVENT_END = 1;
/** An idle container may have outlived its keep-alive. */
export const EVENT_EXPIRE = 2;

/** A container of a function, in the place of the slot, is wanted before its call comes. */
export const EVENT_PREWARM = 3;

/** What is done with a VM at rest is due; its number there is in the place of the slot. */
export const EVENT_IDLE = 4;

// 3 bits of kind under 28 bits of slot: integer arithmetic, which remainders of doubles are not.
const KIND_BITS = 3;
const KIND_MASK = 7;

export function eventOf(kind: number, slot: number): number {
  return (slot << KIND_BITS) | kind;
}

export function kindOf(event: number): number {
  return event & KIND_MASK;
}

export function slotOf(event: number): number {
  return event >> KIND_BITS;
}
