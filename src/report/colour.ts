/** The palette of charts and maps: Okabe-Ito, told apart by colour-blind readers. */
export const COLOURS: readonly string[] = [
  '#0072b2',
  '#e69f00',
  '#009e73',
  '#cc79a7',
  '#56b4e9',
  '#d55e00',
  '#f0e442',
  '#555555',
];
