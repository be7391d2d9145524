const lockName = (recordingId: string): string => `peer-consult-recording ${recordingId}`;

/** Says to the browser's other tabs that this recording is ours while the page lives. Returns the way out. */
export function hold(recordingId: string): () => void {
  let release!: () => void;
  const held = new Promise<void>((resolve) => (release = resolve));
  void navigator.locks?.request(lockName(recordingId), () => held).catch(() => undefined);
  return release;
}

/** Takes over a recording that no page is at work on; null when one is. */
export function holdIfFree({ recordingId, at }: { recordingId: string; at: number }): Promise<(() => void) | null> {
  if (!navigator.locks) return Promise.resolve(Date.now() - at > 60_000 ? () => undefined : null);
  return new Promise((resolve) => {
    navigator.locks
      .request(lockName(recordingId), { ifAvailable: true }, (lock) => {
        if (!lock) return resolve(null);
        return new Promise<void>((release) => resolve(release));
      })
      .catch(() => resolve(null));
  });
}
