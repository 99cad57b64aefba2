// The export list of the core of a guest on LLFree, and nothing else: that of the buddy's, and what its host does there.

export * from './index';

export { llfreeWaiting } from './kernel/llfree';
export { monitorInstall, monitorReclaim, monitorReturn } from './host/monitor';
