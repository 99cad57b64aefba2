// Who has which frame: blocks of the recording by the recorded frame they lie in, and by the frame that they have in the
// emulated guest. Neither side follows the other's moves, so the two differ from the first page that migrates on.

/** What a block of the recording is. Of those in use at the start nothing is known. */
export const ROLE_START = 0;
export const ROLE_TASK = 1;
/** A page of a file that can be dropped: it will be read again. */
export const ROLE_CACHE = 2;
/** The balloon driver's, and struct pages of plugged memory: drivers of the emulated guest have their own. */
export const ROLE_BALLOON = 3;
export const ROLE_MEMMAP = 4;
/** A page of a file that the kernel has dropped and the emulated guest has not. */
export const ROLE_KEPT = 5;
const ROLE_GONE = 6;

/** Nobody's frame, and no tenant. */
export const NOBODY = -1;
/** Place of a page that the emulated guest has dropped and the kernel has not. */
export const DROPPED = -2;
/** Place of a block that the emulated guest never had. */
export const NOWHERE = -3;

export class Tenants {
  /** By tenant: what it is, its order, and the first frame of its place in the emulated guest. */
  readonly #roles: number[] = [];
  readonly #orders: number[] = [];
  readonly #places: number[] = [];
  /** Its first recorded frame; NOBODY where no event tells it. */
  readonly #homes: number[] = [];
  readonly #byHome: Int32Array;
  readonly #byPlace: Int32Array;
  /** Tenants that moved to a recorded frame that no event tells, oldest first. */
  readonly #lost: number[] = [];

  constructor(frames: number) {
    this.#byHome = new Int32Array(frames).fill(NOBODY);
    this.#byPlace = new Int32Array(frames).fill(NOBODY);
  }

  roleOf(tenant: number): number {
    return this.#roles[tenant] ?? ROLE_GONE;
  }

  orderOf(tenant: number): number {
    return this.#orders[tenant] ?? 0;
  }

  placeOf(tenant: number): number {
    return this.#places[tenant] ?? NOWHERE;
  }

  homeOf(tenant: number): number {
    return this.#homes[tenant] ?? NOBODY;
  }

  become(tenant: number, role: number): void {
    this.#roles[tenant] = role;
  }

  isGone(tenant: number): boolean {
    return this.roleOf(tenant) === ROLE_GONE;
  }

  /** The tenant of a recorded frame. */
  at(recorded: number): number {
    return this.#byHome[recorded] ?? NOBODY;
  }

  /** The tenant whose place begins at a frame of the emulated guest. */
  in(place: number): number {
    return this.#byPlace[place] ?? NOBODY;
  }

  add(role: number, order: number, home: number, place: number): number {
    const tenant = this.#roles.length;
    this.#roles.push(role);
    this.#orders.push(order);
    this.#homes.push(NOBODY);
    this.#places.push(NOWHERE);
    if (home !== NOBODY) this.settle(tenant, home);
    else this.#lost.push(tenant);
    this.house(tenant, place);
    return tenant;
  }

  /** The kernel has it at this recorded frame now. */
  settle(tenant: number, home: number): void {
    this.leave(tenant);
    this.#homes[tenant] = home;
    this.#byHome.fill(tenant, home, home + 2 ** this.orderOf(tenant));
  }

  /** The kernel has it no more where it was. */
  leave(tenant: number): void {
    const home = this.homeOf(tenant);
    if (home === NOBODY) return;
    this.#homes[tenant] = NOBODY;
    for (let at = home; at < home + 2 ** this.orderOf(tenant); at += 1) {
      if (this.#byHome[at] === tenant) this.#byHome[at] = NOBODY;
    }
  }

  /** The kernel moved it, and no event tells where to. */
  lose(tenant: number): void {
    this.leave(tenant);
    this.#lost.push(tenant);
  }

  /** The emulated guest has it here now. */
  house(tenant: number, place: number): void {
    const before = this.placeOf(tenant);
    if (before >= 0 && this.in(before) === tenant) this.#byPlace[before] = NOBODY;
    this.#places[tenant] = place;
    if (place >= 0) this.#byPlace[place] = tenant;
  }

  /** Neither side has it any more. */
  end(tenant: number): void {
    this.leave(tenant);
    this.house(tenant, NOWHERE);
    this.#roles[tenant] = ROLE_GONE;
  }

  /** Makes single pages of a block, on both sides. */
  split(tenant: number): void {
    const [role, frames] = [this.roleOf(tenant), 2 ** this.orderOf(tenant)];
    const [home, place] = [this.homeOf(tenant), this.placeOf(tenant)];
    this.end(tenant);
    for (let at = 0; at < frames; at += 1) {
      this.add(role, 0, home + at, place < 0 ? place : place + at);
    }
  }

  /** One that was lost, of this order: the first of the role, else the first. NOBODY: there is none. */
  takeLost(order: number, role: number): number {
    let [first, like] = [NOBODY, NOBODY];
    for (const [at, tenant] of this.#lost.entries()) {
      if (this.isGone(tenant) || this.orderOf(tenant) !== order) continue;
      if (first === NOBODY) first = at;
      if (this.roleOf(tenant) !== role) continue;
      like = at;
      break;
    }
    const found = like === NOBODY ? first : like;
    return found === NOBODY ? NOBODY : (this.#lost.splice(found, 1)[0] ?? NOBODY);
  }
}
