// Operations of the host layer that are not counted by a guest's core: how often each happened. Names are those of the
// prices, which this room does not know.

export type OperationName =
  | 'vmmStart'
  | 'kernelBoot'
  | 'agentStart'
  | 'templateClone'
  | 'containerCreate'
  | 'containerDestroy'
  | 'functionInit'
  | 'guestMinorFault'
  | 'memmapInitPage'
  | 'czoneMessage'
  | 'czoneRelease2MiB';

export type Operations = Partial<Record<OperationName, number>>;
