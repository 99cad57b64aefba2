/** What stems.test.ts excuses; a line that is not needed any more fails there. */

/** Files of which a unit test of the same stem would see nothing, and the test that fails when they break. */
export const HELD: Readonly<Record<string, string>> = {
  'assembly/kernel/recur.ts': 'test/unit/assembly/life/recur.test.ts',
  'assembly/life/zone-digest.ts': 'test/unit/assembly/life/recur.test.ts',
  'src/experiment/error.ts': 'test/unit/experiment/document.test.ts',
  'src/recorder/record.ts': 'test/slow/recorder.test.ts',
  'src/map/canvas.ts': 'test/browser/map.browser.ts',
  'src/map/view.ts': 'test/browser/map.browser.ts',
  'src/recording/read/trace-words.ts': 'test/unit/recording/read/trace-text.test.ts',
  'src/recording/verify/device-balloon.ts': 'test/slow/recording-device.test.ts',
  'src/recording/verify/device-mem.ts': 'test/slow/recording-device.test.ts',
  'src/recording/verify/device.ts': 'test/slow/recording-device.test.ts',
  'src/recording/verify/verify-capture.ts': 'test/slow/recording-verify-capture.test.ts',
  'src/scenario/czone-exit.ts': 'test/slow/czone-exit.test.ts',
  'src/scenario/hyperalloc-inflate.ts': 'test/slow/hyperalloc-inflate.test.ts',
  'src/serverless/known.ts': 'test/unit/replay/checkpoint.test.ts',
  'src/sweep/engines/pool.ts': 'test/slow/sweep.test.ts',
  'src/sweep/engines/redis-worker.ts': 'test/slow/sweep.test.ts',
  'src/sweep/engines/redis.ts': 'test/slow/sweep.test.ts',
  'src/sweep/engines/thread.ts': 'test/slow/sweep.test.ts',
  'src/virtio/balloon/host.ts': 'test/unit/virtio/balloon/device.test.ts',
  'src/virtio/constants.ts': 'test/unit/virtio/mmio.test.ts',
  'src/virtio/czone/host.ts': 'test/unit/virtio/czone/device.test.ts',
  'src/virtio/llfree/host.ts': 'test/unit/virtio/llfree/device.test.ts',
  'src/virtio/mem/host.ts': 'test/unit/virtio/mem/device.test.ts',
};
