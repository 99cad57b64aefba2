/**
 * Scripts in base64 of deflate, which the build puts in this place (package/pages.mjs): the charts' library, which the page's
 * script and this room share, and the page's own. Without them the page is still and whole.
 */
export const CHARTS: string = '';
export const LIVE: string = '';
