// Counters of everything that would cost time in a real guest. f64: exact to 2^53, read by the host through a view.

import { STATS_BASE } from '../../src/abi/layout';


@inline
export function count(stat: u32, by: u32): void {
  const at = <usize>STATS_BASE + ((<usize>stat) << 3);
  store<f64>(at, load<f64>(at) + <f64>by);
}
