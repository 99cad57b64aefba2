/** The memory maps answer: a slider through the run, and any two systems beside each other. */
import {
  type EncodedReel,
  type MapReel,
  type MapView,
  decodeReel,
  mountMapView,
} from '../../map/index.ts';
import { momentText } from '../page/maps.ts';
import { isDark, onThemeChange } from './picture.ts';

function theme(): 'light' | 'dark' {
  return isDark() ? 'dark' : 'light';
}

/** Made when the section comes into sight. */
export function liveMaps(maps: readonly EncodedReel[]): void {
  const [view, still] = [
    document.querySelector('#maps-view'),
    document.querySelector('#maps-still'),
  ];
  if (!(view instanceof HTMLElement) || !(still instanceof HTMLElement) || maps.length === 0)
    return;
  const selects = [...document.querySelectorAll<HTMLSelectElement>('#maps select')];
  const decoded = new Map<string, MapReel>();
  const reelOf = (name: string): MapReel => {
    const reel = decoded.get(name) ?? decodeReel(maps.find((one) => one.name === name)!);
    decoded.set(name, reel);
    return reel;
  };
  const chosen = (): MapReel[] => selects.map(({ value }) => reelOf(value));
  let shown: MapView | undefined;
  const mount = (): void => {
    view.hidden = false;
    still.classList.add('is-replaced');
    shown = mountMapView(view, chosen(), { theme: theme(), momentText });
  };
  const seen = new IntersectionObserver(
    (entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      seen.disconnect();
      mount();
    },
    { rootMargin: '400px' },
  );
  seen.observe(still);
  for (const select of selects) {
    select.addEventListener('change', () => shown?.exchange(chosen()));
  }
  onThemeChange(() => shown?.setTheme(theme()));
}
