// The export list of LLFree, an allocator of its own, and nothing else. Only src/core calls these.

export { create as llfreeCreate } from './llfree/create';
export {
  drain as llfreeDrain,
  get as llfreeGet,
  installHuge as llfreeInstall,
  put as llfreePut,
  reclaimHuge as llfreeReclaim,
  returnHuge as llfreeReturn,
} from './llfree/calls';
