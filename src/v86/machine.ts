// What the adapter uses of a v86 machine (npm `v86` 0.5.462, `emulator.v86.cpu`), which the package's own types do not
// describe. Names are v86's.

type Read = (port: number) => number;
type Write = (value: number) => void;
/** One handler a width, in bits. */
type Register<On> = (port: number, device: object, on8: On, on16: On, on32: On) => void;

/** The handlers of one port. v86 calls them with `device` as `this`. */
export interface V86Port {
  readonly device: unknown;
  read8: Read;
  read16: Read;
  read32: Read;
  write8: Write;
  write16: Write;
  write32: Write;
}

export interface V86Pci {
  /** The address latched at port 0xcf8, its low byte first. */
  readonly pci_addr: Uint8Array;
  register_device(device: {
    readonly pci_id: number;
    readonly pci_space: readonly number[];
    readonly pci_bars: readonly { readonly size: number }[];
    readonly name: string;
  }): unknown;
  raise_irq(id: number): void;
  lower_irq(id: number): void;
}

/** What is asked of a machine of v86: `emulator.v86.cpu`, which its types do not name. */
export interface V86Cpu {
  /** Guest memory. No array but a stand-in for one: only its `subarray` is the memory itself. */
  readonly mem8: { subarray(start: number): Uint8Array };
  /** Ports. */
  readonly io: {
    readonly ports: V86Port[];
    register_read: Register<Read>;
    register_write: Register<Write>;
  };
  /** Its bus. */
  readonly devices: { readonly pci: V86Pci };
  /** Forgets code that was compiled from this memory. */
  jit_dirty_cache(start: number, end: number): void;
}
