/** The page's script. The build puts the bundle of live/main.ts in this place; without it the page is still and whole. */
export const SCRIPT: string = '';
