// The playground's face where there are files: its page, served.

export {
  PLAY_PORT,
  PORT_MOST,
  PlaygroundError,
  type PlaygroundOptions,
  type ServedPlayground,
  servePlayground,
} from './site.ts';
