/** What of a media element is needed here. */
export type RenewableMedia = Pick<HTMLMediaElement, 'currentTime' | 'paused' | 'playbackRate' | 'readyState' | 'load' | 'play'>;

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

/** The same for a player that stalls with nothing left to play: Chromium asks a store that refuses it for half a minute before it fails. */
export function renewStalled(media: RenewableMedia): void {
  if (media.readyState < 3) renewSource(media); // less than HAVE_FUTURE_DATA
}
