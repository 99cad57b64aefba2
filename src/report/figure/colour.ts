/** Of systems on white paper, here and on pages of other rooms. */
export const COLOURS: readonly string[] = [
  '#0063b1',
  '#cf5300',
  '#00805f',
  '#a8468f',
  '#84690a',
  '#2f8ac9',
  '#3d3d3d',
];
