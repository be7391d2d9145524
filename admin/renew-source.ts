/** What of a media element is needed here. */
export type RenewableMedia = Pick<HTMLMediaElement, 'currentTime' | 'paused' | 'playbackRate' | 'load' | 'play'>;

/** Where each element last was when its address failed it. */
const failedAt = new WeakMap<RenewableMedia, number>();

/**
 * The address that a recording is played from may have been good for minutes only (decision 17). Call this when a player fails: it asks
 * the server for the address anew and goes on where it was. False when that has been tried at this place already: then it is broken.
 */
export function renewSource(media: RenewableMedia): boolean {
  const { currentTime, paused, playbackRate } = media;
  if (failedAt.get(media) === currentTime) return false;
  failedAt.set(media, currentTime);
  media.load();
  // Before there is anything to seek in, this is where it will begin.
  media.currentTime = currentTime;
  media.playbackRate = playbackRate;
  if (!paused) void media.play().catch(() => {}); // it fails by an event of its own
  return true;
}
