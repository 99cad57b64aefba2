/** The publications that prices and footprints cite, written once. */

export const HYPERALLOC =
  'HyperAlloc artifact, EuroSys 2025 (github.com/luhsra/hyperalloc-bench, inflate/latest; QEMU 8.2, Linux 6.1, Xeon Gold 6252)';

export const SQUEEZY =
  'Squeezy/HotMem, EuroSys 2026 (arXiv 2411.12893; Cloud Hypervisor v38, Linux 6.6, Xeon E5-2630)';

export const FAASNAP = 'FaaSnap, EuroSys 2022, section 3.3 (c5d.metal, Linux 5.4)';

export const REAP = 'REAP, ASPLOS 2021 (Firecracker)';

export const FIRECRACKER_SPEC = 'Firecracker SPECIFICATION.md';

export const RUND =
  'RunD artifact, USENIX ATC 2022 (github.com/chengjiagan/RunD_ATC22 paper_data; 104 vCPU Xeon 8269CY, kernel 4.19)';

export const LLFREE = 'llfree-bench (github.com/luhsra/llfree-bench, module/latest-bu-*)';

export const CRUN =
  'crun README (whole container run, 100 in sequence: crun 16.9 ms, runc 33.4 ms)';

export const LAMBDA =
  'AWS Lambda cold starts of hello world at 512 MB (github.com/maxday/lambda-perf data/last.json, 2026-08-22)';

export const KATA_CI = 'Kata Containers CI limits (git history, parent of b74f2c0a9c)';

export const FCVM = 'fcvm (ejc3/fcvm#129; Firecracker)';

export const MITOS =
  'mitos BENCHMARKS.md and results of 2026-06 and 07 (mitos-run/mitos; Firecracker)';

export const FORKD = 'forkd bench/pause-window (deeplethe/forkd; Firecracker)';

export const EXO = 'exoharness/exo#274 (Firecracker, NVMe under XFS)';

export const ZEROBOOT = 'zeroboot README (adammiribyan/zeroboot; a VMM of its own)';

export const SMOLVM = 'smolvm (libkrun), forks of a paused golden VM, 80 to 140 ms';

export const E2B = 'e2b-dev/infra#2974 (2 MiB pages by userfaultfd)';

/** One machine, under KVM and other load: a check of recalled figures, not a source of any. */
export const MEASURED =
  '[M] bench/baseline/linux-costs.c in a KVM guest (Linux 6.18, Xeon of unknown model, shared, CPU time, 2026-11)';
