/** What an output shows the results of, for whoever finds it without `results.json`. */
import { escapeHtml } from './escape.ts';
import type { Results } from './results.ts';

/** What was played, with what, and what of the trace is not as it was found. */
export function aboutOf({ seed, trace, systems, configuration, made }: Results): object {
  const { name, isDrawn, repairs } = trace;
  const hashes = Object.fromEntries(systems.map((system) => [system.name, system.hash]));
  const { command, versions } = made ?? {};
  return { seed, trace: { name, isDrawn, repairs }, hashes, command, versions, configuration };
}

/** A picture with such words in its metadata. */
export function svgAbout(svg: string, about: object): string {
  const metadata = `<metadata>${escapeHtml(JSON.stringify(about))}</metadata>`;
  return svg.replace(/(?=<\/svg>\s*$)/, () => metadata);
}
