// What a worker of the pages plays.

export interface Part<Message> {
  act(message: Message): Promise<void>;
  /** What an act threw: throws it on, unless it is the user's to know. */
  failed(error: unknown): void;
}
