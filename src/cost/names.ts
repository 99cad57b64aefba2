// The operations that can be counted and have a price, by the file that prices them. Counts and prices share this list: whoever
// counts imports these names and knows no price. The order is that of a receipt's slots.

export type FaultOperation =
  | 'hostFault4KiB'
  | 'hostFault2MiB'
  | 'templateMapFault'
  | 'templateCowCopy'
  | 'userfaultPage'
  | 'snapshotPageRead'
  | 'guestMinorFault';

export type FileOperation = 'blockRead4KiB' | 'deviceRead4KiB';

export type MemoryOperation =
  | 'buddyAlloc0'
  | 'buddyFree0'
  | 'buddyAlloc9'
  | 'buddyFree9'
  | 'guestZero4KiB'
  | 'guestCopy4KiB'
  | 'pageMigrate'
  | 'memmapInitPage';

export type ReleaseOperation = 'hostRelease4KiB' | 'hostRelease2MiB' | 'vmExit' | 'interrupt';

export type BalloonOperation =
  | 'balloonInflatePage'
  | 'balloonDeflatePage'
  | 'balloonInflate2MiB'
  | 'balloonDeflate2MiB'
  | 'reportRange';

export type VirtioMemOperation = 'virtioMemPlug2MiB' | 'virtioMemUnplug2MiB';

export type DimmOperation = 'dimmPlugBlock' | 'dimmOfflineBlock';

export type HyperAllocOperation =
  'hyperallocReclaim2MiB' | 'hyperallocReturn2MiB' | 'hyperallocInstall2MiB';

export type CZoneOperation = 'czonePlug2MiB' | 'czoneRelease2MiB' | 'czoneMessage';

export type PartitionOperation = 'partitionPlugBlock' | 'partitionDropBlock';

export type BootOperation = 'vmmStart' | 'kernelBoot' | 'agentStart' | 'templateClone';

export type ContainerOperation =
  | 'containerCreate'
  | 'containerDestroy'
  | 'functionInit'
  | 'processFork'
  | 'forkPage'
  | 'processExec';

export type ContentionOperation = 'cloneSerial' | 'clonePerVm' | 'bootSerial' | 'bootPerVm';

export type ImageOperation =
  | 'snapshotLoad'
  | 'imageRead4KiB'
  | 'imageBulkRead4KiB'
  | 'imageInstall4KiB'
  | 'imageCopy2MiB'
  | 'vmFreeze'
  | 'vmFork';

export type SuspendOperation = 'vmSuspend' | 'imageWrite4KiB';

/** Every operation that has a price (docs/prices.md has the table). */
export type OperationName =
  | FaultOperation
  | MemoryOperation
  | ReleaseOperation
  | BalloonOperation
  | VirtioMemOperation
  | DimmOperation
  | CZoneOperation
  | HyperAllocOperation
  | BootOperation
  | ContainerOperation
  | PartitionOperation
  | FileOperation
  | ContentionOperation
  | ImageOperation
  | SuspendOperation;

/** How often each operation happened; those that did not are absent. */
export type Operations = Partial<Record<OperationName, number>>;
