// How maps in a page are set, in the page's own colours where it names them.

/** Style of what `mountMapView` makes, light and dark: put it into the page once. */
export const MAP_CSS = `.gm-map{display:block}
.gm-map-bar{display:flex;gap:.75rem;align-items:center;margin:0 0 .5rem;flex-wrap:wrap}
.gm-map-bar[hidden]{display:none}
.gm-map-bar input{flex:1 1 12rem;min-width:8rem}
.gm-map-bar output{font-variant-numeric:tabular-nums;min-width:6rem}
.gm-map-panes{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr));gap:1rem}
.gm-map-panes figure{margin:0;min-width:0}
.gm-map-panes figcaption{font-weight:600;margin-bottom:.25rem}
.gm-map-panes canvas{display:block;max-width:100%;touch-action:manipulation;cursor:crosshair}
.gm-map-said{min-height:2.6em;margin:.25rem 0 0;font-size:.85em;opacity:.85}
.gm-map-legend{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1rem;padding:0;margin:.25rem 0;font-size:.9em}
.gm-map-legend li{display:flex;align-items:center;gap:.35rem}
.gm-map-swatch{width:.8em;height:.8em;border:1px solid currentColor;border-radius:2px;flex:none}
.gm-map-size{font-variant-numeric:tabular-nums;opacity:.75}
.gm-map-table{border-collapse:collapse;font-size:.9em;font-variant-numeric:tabular-nums}
.gm-map-table th,.gm-map-table td{text-align:right;padding:.15rem .6rem;border-bottom:1px solid #8884}
.gm-map-table th:first-child{text-align:left}
`;
