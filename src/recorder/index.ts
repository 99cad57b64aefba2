// The recorder's public face: recordings of real kernels, made with QEMU and Debian's packages.

export { type ArchiveFile, FILE_MODE, FOLDER_MODE, PROGRAM_MODE, cpio } from './cpio.ts';
export { DebianArchive } from './debian.ts';
export { RecorderMissing, RecordingFailed } from './error.ts';
export { RECORDING_FILES } from './files.ts';
export type { Tell } from './lab.ts';
export { type PlanStep, planOf } from './plan.ts';
export { RECORD_DEFAULTS, type RecordOptions, type Recorded, record } from './record.ts';
export type { Workload } from './workload.ts';
