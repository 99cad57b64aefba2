// What the Wasm module exports, as the host sees it: raw i32 and f64. Results below zero are
// STATUS_* codes. Kept by hand beside assembly/index.ts; a test compares the names with the built
// module.

/** Raw exports of the core. Type alias, not interface: the loader wants an index signature. */
export type CoreExports = {
  memory: WebAssembly.Memory;
  attach(): number;
  create(
    frames: number,
    cpus: number,
    czones: number,
    objects: number,
    nodes: number,
    bufferSlots: number,
  ): number;
  finishBoot(thp: number): void;
  layOut(
    frames: number,
    cpus: number,
    czones: number,
    objects: number,
    nodes: number,
    bufferSlots: number,
  ): number;
  memoryHandOver(start: number, frames: number): number;
  memoryPresent(start: number, frames: number): number;
  zoneSpan(index: number, start: number, frames: number): number;
  blockInUse(block: number): number;
  nonZeroEnd(at: number, end: number): number;
  nonZeroStart(at: number, end: number): number;
  snapshotBytes(): number;
  stateHash(): number;
  steadyEnd(at: number, end: number): number;
  steadyFill(at: number, end: number): void;
  touchedBlocks(): number;
  allocPages(gfp: number, order: number, cpu: number, tag: number): number;
  freePages(pfn: number, order: number, cpu: number): number;
  releaseHighatomic(type: number, force: number): number;
  drainAll(): void;
  objectCreate(kind: number, zone: number, gfp: number, tag: number): number;
  objectDestroy(id: number, cpu: number): number;
  objectFork(id: number, zone: number, tag: number, cpu: number): number;
  objectFrame(id: number, index: number): number;
  objectPages(id: number): number;
  callBegin(
    file: number,
    filePages: number,
    heap: number,
    writePages: number,
    readPages: number,
    temporary: number,
    temporaryPages: number,
    cpu: number,
  ): number;
  callRecurs(
    file: number,
    filePages: number,
    heap: number,
    writePages: number,
    readPages: number,
    temporaryPages: number,
    cpu: number,
  ): number;
  callRepeat(
    times: number,
    file: number,
    filePages: number,
    heap: number,
    writePages: number,
    readPages: number,
    temporary: number,
    temporaryPages: number,
    cpu: number,
  ): number;
  objectTouch(id: number, start: number, pages: number, write: number, cpu: number): number;
  objectTruncate(id: number, start: number, pages: number, cpu: number): number;
  balloonAdjustManaged(on: number): number;
  balloonEnter(entries: number): number;
  balloonPop(entries: number): number;
  balloonRelease(entries: number, cpu: number): number;
  balloonRequest(have: number, want: number, order: number, gfp: number, cpu: number): number;
  contigAlloc(
    start: number,
    frames: number,
    kind: number,
    type: number,
    tries: number,
    cpu: number,
  ): number;
  contigFree(start: number, frames: number, cpu: number): number;
  movesClear(): void;
  compactBackground(order: number, highest: number, cpu: number, how?: number): number;
  compactDirect(gfp: number, order: number, mode: number, cpu: number): number;
  compactServed(pfn: number, order: number): number;
  compactForgetHints(): void;
  compactProactive(cpu: number, how?: number): number;
  compactZone(zone: number, cpu: number, how?: number): number;
  proactiveScore(): number;
  memoryOffline(start: number, frames: number, cpu: number): number;
  memoryOnline(start: number, frames: number, zone: number, ranges: number): number;
  reportListen(order: number, capacity: number): number;
  reportPutBack(reported: number): number;
  reportTake(zone: number): number;
  surveyZone(zone: number): number;
  unusableIndex(zone: number, order: number): number;
  countBacked(pfn: number, frames: number): number;
  freezeTemplate(): void;
  isBacked(pfn: number): number;
  releaseRange(pfn: number, frames: number): number;
  touchRange(pfn: number, frames: number, write: number): number;
  usesRange(pfn: number, frames: number): number;
  czoneAllocPages(index: number, gfp: number, order: number, tag: number): number;
  czoneCollect(ranges: number): number;
  czoneCompact(index: number, pages: number, cpu: number): number;
  czoneCreate(owner: number, limit: number, blocks: number): number;
  czoneExit(index: number, cpu: number): number;
  czoneFullZone(): number;
  czoneGrow(index: number, blocks: number): number;
  czoneFirstBlock(index: number): number;
  czoneNextPooled(from: number): number;
  czonePlacement(placement: number): number;
  czonePlug(start: number, frames: number): number;
  czoneSetLimits(index: number, policy: number, growBlocks: number): number;
  czonePoolStat(which: number): number;
  czoneReclaim(index: number, ranges: number, frames: number, order: number): number;
  czoneRefer(index: number, by: number): number;
  czoneRegion(start: number, frames: number, blockFrames: number): number;
  czoneReturn(start: number, frames: number, cancelled: number): number;
  czoneShrink(index: number, blocks: number): number;
  czoneUnplug(start: number, frames: number): number;
  decay(cpu: number, turns: number): number;
  nodeBalanced(order: number, highest: number): number;
  programLog(): number;
  programRun(commands: number, number: number, programBytes: number, blocks: number): number;
  stateBlock(pfn: number, zone: number, type: number): number;
  stateDone(): void;
  stateFree(zone: number, order: number, type: number, pfn: number): number;
  stateParked(cpu: number, zone: number, list: number, pfn: number): number;
  /** STATUS_BAD_STATE in the release build, which has no walk. */
  verifyAll(): number;
};

/** Raw exports of the core of a guest on LLFree, beside assembly/index-guest-llfree.ts. */
export type LlfreeGuestExports = CoreExports & {
  llfreeWaiting(): number;
  monitorInstall(pfn: number): number;
  monitorReclaim(zone: number, hard: number): number;
  monitorReturn(pfn: number): number;
};

/** Raw exports of LLFree's module, beside assembly/index-llfree.ts. */
export type LlfreeExports = {
  memory: WebAssembly.Memory;
  llfreeCreate(frames: number, cpus: number, shift: number, rules: number, state: number): number;
  llfreeDrain(cpu: number): void;
  llfreeGet(order: number, cls: number, slot: number, frame: number): number;
  llfreeInstall(frame: number): number;
  llfreePut(frame: number, order: number, cls: number, slot: number): number;
  llfreeReclaim(hard: number): number;
  llfreeReturn(frame: number): number;
};
