// The files of one VM, as its host serves them.

import {
  COUNT_BLOCK_READS,
  COUNT_DEVICE_READS,
  COUNT_TEMPLATE_MAPS,
  type FileSource,
} from '../guest/index.ts';
import type { HostFiles } from './host-files.ts';

export class VmFiles implements FileSource {
  /** Pages of the host's copies that it has mapped. */
  mappedFrames = 0;
  private readonly _files: HostFiles;
  private readonly _counted: (slot: number, pages: number) => void;
  private readonly _names: Set<string> = new Set<string>();

  /** `counted` hears of what the VM's next settle hands on. */
  constructor(files: HostFiles, counted: (slot: number, pages: number) => void) {
    this._files = files;
    this._counted = counted;
  }

  get isMapped(): boolean {
    return this._files.mode === 'dax';
  }

  came(name: string, pages: number, upTo: number): void {
    if (!this._names.has(name)) {
      this._names.add(name);
      this._files.use(name);
    }
    if (this.isMapped) this.mappedFrames += pages;
    this._counted(this.isMapped ? COUNT_TEMPLATE_MAPS : COUNT_BLOCK_READS, pages);
    this._counted(COUNT_DEVICE_READS, this._files.read(name, upTo));
  }

  /** The VM has ended or is suspended: it maps nothing. */
  leave(): void {
    this._files.leave(this._names);
    this.mappedFrames = 0;
  }

  useAgain(): void {
    for (const name of this._names) this._files.use(name);
  }
}
