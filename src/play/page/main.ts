// The playground's page: a script on one side, the machine on the other.

import { MAP_CSS, type MapView, type Theme, decodeReel, mountMapView } from '../../map/index.ts';
import type { EncodedReel } from '../../map/index.ts';
import { COMMANDS } from '../commands.ts';
import { fragmentOf, scriptOf } from '../link.ts';
import { LESSONS } from '../lessons.ts';
import { button, byId, element } from './dom.ts';
import { LessonPanel } from './lessons.ts';
import { showStep } from './panels.ts';
import { StepsPanel } from './steps.ts';
import { isSteps, stepsOf } from '../steps.ts';
import type { Answer, Ask, ShownStep } from './protocol.ts';

/** What a button writes into the line: the usage with amounts that make sense. */
const EXAMPLES: Readonly<Record<string, string>> = {
  boot: 'boot 256 zones=128',
  clone: 'clone 256 zones=128',
  start: 'start a 64',
  fork: 'fork a b 64',
  touch: 'touch a 20',
  turns: 'turns a b 10',
  free: 'free a 10',
  exit: 'exit a',
  idle: 'idle a',
  file: 'file lib 10',
  drop: 'drop 10',
  wait: 'wait 4',
  inflate: 'inflate 40',
  deflate: 'deflate 40',
  plug: 'plug 128',
  unplug: 'unplug 128',
};

const dark = matchMedia('(prefers-color-scheme: dark)');
const theme = (): Theme => (dark.matches ? 'dark' : 'light');

class Page {
  readonly #worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  readonly #lessons = new LessonPanel((script) => this.#ask({ kind: 'load', script }));
  readonly #line = byId<HTMLInputElement>('line');
  readonly #view: MapView;
  #pages: MapView | undefined;
  #recording: MapView | undefined;
  #steps: readonly ShownStep[] = [];
  #program = '';
  #script = '';

  constructor() {
    this.#view = mountMapView(byId('map'), [], {
      theme: theme(),
      onMoment: (at) => this.#showAt(at),
      momentText: (at) => `step ${at + 1}: ${this.#steps[at]?.text ?? ''}`,
      onPick: (_, pfn) => this.#ask({ kind: 'pages', pfn }),
    });
    dark.addEventListener('change', () => {
      this.#view.setTheme(theme());
      this.#pages?.setTheme(theme());
      this.#recording?.setTheme(theme());
    });
    this.#worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => this.#hear(data));
    this.#bind();
    this.#ask({ kind: 'core', address: new URL('core.wasm', document.baseURI).href });
  }

  #ask(ask: Ask): void {
    this.#worker.postMessage(ask);
  }

  /** The script of the address, or the first lesson; and what lies beside the page. */
  begin(): void {
    void this.#openServed();
    try {
      const script = scriptOf(location.hash);
      if (script !== undefined) this.#ask({ kind: 'load', script });
      else this.#lessons.open(LESSONS[0] as (typeof LESSONS)[number]);
    } catch (error) {
      byId('fault').textContent = (error as Error).message;
    }
  }

  #run(text: string): void {
    this.#lessons.close();
    this.#ask({ kind: 'run', text });
  }

  #bind(): void {
    byId('form').addEventListener('submit', (event) => {
      event.preventDefault();
      if (this.#line.value.trim() !== '') this.#run(this.#line.value);
    });
    const commands = byId('commands');
    for (const { name, needs, sentence } of COMMANDS) {
      const made = button(name, () => {
        const example = EXAMPLES[name] ?? name;
        if (needs.length === 0) this.#run(example);
        this.#line.value = example;
        byId('about').textContent = sentence;
        this.#line.focus();
      });
      made.title = sentence;
      commands.append(made);
    }
    byId('undo').addEventListener('click', () => {
      this.#lessons.close();
      this.#ask({ kind: 'undo' });
    });
    byId('load').addEventListener('click', () => {
      this.#lessons.close();
      this.#ask({ kind: 'load', script: byId<HTMLTextAreaElement>('script').value });
    });
    byId('share').addEventListener('click', () => this.#share());
    byId('export').addEventListener('click', () => this.#save('script.mjs', this.#program));
    byId<HTMLInputElement>('reel').addEventListener('change', (event) => {
      void this.#openReels([...((event.target as HTMLInputElement).files ?? [])]);
    });
  }

  /** The address becomes the state's, and goes to the clipboard where that is allowed. */
  #share(): void {
    history.replaceState(null, '', fragmentOf(this.#script));
    byId('said').textContent = 'The address of this page now holds the script.';
    void navigator.clipboard?.writeText(location.href).catch(() => {});
  }

  #save(name: string, text: string): void {
    const link = element('a');
    link.href = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
    link.download = name;
    link.click();
    URL.revokeObjectURL(link.href);
  }

  async #openReels(files: readonly File[]): Promise<void> {
    if (files.length === 0) return;
    try {
      const texts = await Promise.all(files.map((file) => file.text()));
      this.#showRecording(texts.map((text) => JSON.parse(text) as unknown));
    } catch (error) {
      const what = 'expected files of guestmem map --out or verify --steps';
      byId('fault').textContent = `${what}: ${(error as Error).message}`;
    }
  }

  /** Maps and steps of recordings: both at the same moment, where there are both. */
  #showRecording(files: readonly unknown[]): void {
    if (files.length === 0) return;
    const reels = files.filter((file) => !isSteps(file)) as EncodedReel[];
    const [steps] = files.filter(isSteps).map(stepsOf);
    if (reels.length > 0) {
      const place = byId('recording');
      this.#recording = mountMapView(place, reels.map(decodeReel), { theme: theme() });
    }
    if (steps !== undefined) {
      const panel = new StepsPanel(steps, (atMs) => this.#recordingAt(atMs));
      panel.show(0);
    }
    byId('recording-part').hidden = false;
  }

  #recordingAt(atMs: number): void {
    const { moments = [] } = this.#recording ?? {};
    this.#recording?.show(
      Math.max(
        0,
        moments.findLastIndex((moment) => moment <= atMs),
      ),
    );
  }

  /** What guestmem play --recording has beside the page. */
  async #openServed(): Promise<void> {
    const answer = await fetch(new URL('recording.json', document.baseURI));
    this.#showRecording((await answer.json()) as unknown[]);
  }

  #hear(answer: Answer): void {
    if (answer.kind === 'pages') {
      const options = { theme: theme(), heightMost: 240 };
      byId('pages-part').hidden = false;
      this.#pages = mountMapView(byId('pages'), [answer.reel], options);
      return;
    }
    const { script, steps, reel, program, fault } = answer;
    this.#steps = steps;
    this.#program = program;
    this.#script = script;
    byId('fault').textContent = fault ?? '';
    byId('pages-part').hidden = true;
    byId<HTMLTextAreaElement>('script').value = script;
    byId<HTMLButtonElement>('undo').disabled = steps.length === 0;
    byId<HTMLButtonElement>('export').disabled = steps.length === 0;
    document.body.dataset['steps'] = String(steps.length);
    if (reel !== undefined) this.#view.setReels([reel]);
  }

  /** The slider counts steps. */
  #showAt(at: number): void {
    const step = this.#steps[at];
    if (step !== undefined) showStep(step);
  }
}

// a sheet made by hand: the page's policy lets no style stand in the document
const sheet = new CSSStyleSheet();
sheet.replaceSync(MAP_CSS);
document.adoptedStyleSheets = [sheet];
const page = new Page();
page.begin();
