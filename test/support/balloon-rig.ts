/** A balloon device on a flat memory, and a driver that a test writes by hand. */
import {
  BALLOON_PROFILES,
  BalloonDevice,
  type BalloonDeviceOptions,
  type BalloonProfileName,
  VirtioDevice,
} from '../../src/virtio/index.ts';
import { Clock } from '../../src/time/index.ts';
import { FlatGuestMemory, RawDriver, TestHost } from './virtio.ts';

export const PAGES = 2048;

export interface Rig {
  readonly balloon: BalloonDevice;
  readonly device: VirtioDevice;
  readonly driver: RawDriver;
  readonly host: TestHost;
  readonly clock: Clock;
}

export function rig(profile: BalloonProfileName, options: Partial<BalloonDeviceOptions> = {}): Rig {
  const host = new TestHost(PAGES);
  const clock = new Clock();
  const balloon = new BalloonDevice(BALLOON_PROFILES[profile], host, {
    memoryPages: PAGES,
    timers: clock,
    ...options,
  });
  const memory = new FlatGuestMemory(PAGES * 4096);
  const device = new VirtioDevice(balloon, memory, BALLOON_PROFILES[profile].policy);
  return { balloon, device, driver: new RawDriver(device, memory, 5), host, clock };
}
