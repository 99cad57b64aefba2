/** Ways in which a driver can break the rules of a split virtqueue (spec 2.7, driver requirements). */

export type QueueFault =
  | 'queue-size'
  | 'ring-alignment'
  | 'ring-bounds'
  | 'avail-index-jump'
  | 'descriptor-index'
  | 'descriptor-loop'
  | 'buffer-bounds'
  | 'readable-after-writable'
  | 'indirect-not-negotiated'
  | 'indirect-and-next'
  | 'indirect-nested'
  | 'indirect-length'
  | 'indirect-bounds';
