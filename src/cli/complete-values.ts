// What may stand behind an option, or as a command's argument, where that is one of a list: names for completion. Lists are loaded when
// they are asked for.

/** A word, and what it means. */
export interface Candidate {
  readonly word: string;
  readonly sentence: string;
}

export interface Values {
  /** Several may stand, commas between. */
  readonly isList?: boolean;
  words(): Promise<readonly Candidate[]>;
}

interface Named {
  readonly name: string;
  readonly sentence?: string;
}

function entries(list: readonly Named[]): Candidate[] {
  return list.map(({ name, sentence = '' }) => ({ word: name, sentence }));
}

function plain(words: readonly string[]): Candidate[] {
  return words.map((word) => ({ word, sentence: '' }));
}

const replay = (): Promise<typeof import('../replay/index.ts')> => import('../replay/index.ts');
const experiment = (): Promise<typeof import('../experiment/index.ts')> =>
  import('../experiment/index.ts');

const SWITCH: Values = { words: async () => plain((await experiment()).SWITCH) };
const FORMS: Values = {
  words: async () => entries((await import('../trace/node.ts')).TRACE_WRITERS),
};

/** By command and option; a command alone has the values of its argument. */
export const VALUES: Readonly<Record<string, Values>> = {
  'replay --system': {
    isList: true,
    words: async () => entries((await replay()).SYSTEMS),
  },
  'replay --functions': { words: async () => plain((await replay()).FUNCTION_MODELS) },
  'replay --keep-alive': { words: async () => entries((await replay()).KEEP_ALIVES) },
  'replay --idle': { isList: true, words: async () => entries((await replay()).IDLE_POLICIES) },
  'replay --placement': { words: async () => entries((await replay()).PLACEMENTS) },
  'replay --growth': { words: async () => entries((await replay()).GROWTHS) },
  'replay --host-placement': { words: async () => entries((await replay()).HOST_PLACEMENTS) },
  'replay --when-full': { isList: true, words: async () => entries((await replay()).WHEN_FULL) },
  'replay --prices': { words: async () => plain((await replay()).PRICE_LEVELS) },
  'replay --host-cache': { words: async () => plain((await replay()).HOST_CACHES) },
  'replay --contention': SWITCH,
  'replay --interference': SWITCH,
  'replay --sensitivity': { words: async () => plain((await experiment()).SENSITIVITIES) },
  'replay --format': {
    isList: true,
    words: async () => entries((await import('../report/index.ts')).FORMATS),
  },
  'pages --policy': {
    isList: true,
    words: async () => entries((await import('../recording/index.ts')).PAGE_POLICIES),
  },
  'bench --filter': {
    isList: true,
    words: async () => entries((await import('../microbench/index.ts')).MICROBENCHES),
  },
  'trace synth --shape': {
    words: async () => entries((await import('../trace/index.ts')).TRACE_SHAPES),
  },
  'trace convert --to': FORMS,
  'trace sample --to': FORMS,
  'trace synth --to': FORMS,
  scenario: { words: async () => entries((await import('../scenario/index.ts')).SCENARIOS) },
  completion: { words: async () => plain((await import('../shell/index.ts')).SHELLS) },
};
