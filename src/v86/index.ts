/** The room's door: our devices in a v86 machine. Nothing of v86 is imported; its machine is handed in. */

export { V86Balloon, type V86BalloonOptions, type V86BalloonState } from './balloon.ts';
export type { FrameAccount, FrameEvent } from './frames.ts';
export type { V86Cpu } from './machine.ts';
export { WallClock } from './wall.ts';
