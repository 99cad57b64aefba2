// The report room's face where there are files: runs written into folders, and read back.

export { aboutOf, svgAbout } from './about.ts';
export { endStage, hasEnded, owner, removeMade } from './leftovers.ts';
export { type OutputOptions, OutputFolder, keptFolder } from './output.ts';
export { type PngOptions, pngsOf } from './rasterize.ts';
export { readDetails, readResults } from './read.ts';
export { expectRoom, replaceFile } from './replace.ts';
export { withScratch } from './scratch.ts';
export { RecordSpool, type SpoolMark } from './spool.ts';
export {
  type Written,
  openOutput,
  reportOf,
  writeAgain,
  writeFigures,
  writeReport,
} from './write.ts';
