// The face of the memory map: a guest's memory as a picture, at one moment or through time. Knows no core and no DOM but in its view.

export { KIND_BALLOON, KIND_MOVABLE } from '../abi/layout.ts';
export { type Frames, type MapCells, type MapSource, type MemoryMap, mapOf } from './cells.ts';
export { type PlacedMap, joinMaps, placeFrames } from './guests.ts';
export { MAP_KNOWN } from './known.ts';
export { layoutOfMaps } from './layout.ts';
export { type LegendRow, foldOwners, legendOf } from './legend.ts';
export { Owners } from './owners.ts';
export { type Palette, type Theme, cssColour, paletteOf } from './palette.ts';
export { instantAt, mapPng } from './picture.ts';
export { PNG_MARK, pngAbout, pngOf, signedPng } from './png.ts';
export { paintMap } from './raster.ts';
export {
  ENCODED,
  type EncodedReel,
  type MapInstant,
  type MapReel,
  type MapRegion,
  decodeReel,
  encodeReel,
} from './reel.ts';
export { MAP_CSS } from './style.ts';
export { MAP_SVG_MARK, mapPicture, mapSvg } from './svg.ts';
export { mapText } from './text.ts';
export * from './use.ts';
export { type MapView, type MapViewOptions, mountMapView } from './view.ts';
