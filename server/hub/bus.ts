/** What travels between processes: a topic and a JSON value. */
export interface BusEnvelope {
  topic: string;
  payload: unknown;
}

/**
 * Carries events between the processes of one installation, at most once. What must not be lost is read again from the
 * database by the receiver (`seq`, call rows); the bus only makes it quick.
 */
export interface Bus {
  /**
   * Hands the envelope to every subscriber of every process, this one included. Resolves when it has left this process;
   * undefined when it has at once.
   */
  publish(envelope: BusEnvelope): Promise<void> | undefined;
  /** `receive` gets every envelope of every process, in the order in which each process published. Returns the way out. */
  subscribe(receive: (envelope: BusEnvelope) => void): Promise<() => Promise<void>>;
  /** Throws when the bus cannot be reached. */
  check(): Promise<void>;
  close(): Promise<void>;
}
