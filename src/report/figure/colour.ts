/** Of systems on white paper, here and on pages of other rooms. */
export const COLOURS: readonly string[] = [
  '#0063b1',
  '#cf5300',
  '#30a0b0',
  '#a00040',
  '#a050ff',
  '#505070',
  '#a080f0',
  '#6000f0',
  '#f06090',
  '#906060',
  '#c01010',
  '#2080c0',
  '#709060',
  '#b00090',
];
