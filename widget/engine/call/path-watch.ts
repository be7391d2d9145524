/** Watches whether media get through, asks for ICE restarts when not, and gives up in the end. */
export interface PathWatch {
  /** The call was answered: from now on a path is due. */
  begin(): void;
  /** RTCPeerConnection's `connectionState`. */
  state(state: RTCPeerConnectionState): void;
  /** The network may have changed (`online`, another interface): try anew soon. */
  hint(): void;
  close(): void;
}

/** Waits in ms. Measured with Chromium; see docs on calls. */
export interface PathTiming {
  /** From `disconnected` to a restart: most interruptions heal by themselves before. */
  disconnectedMs: number;
  /** From a change of network to a restart: sooner, and the new address is not known yet. */
  hintMs: number;
  /** The least time between two restarts: each allocates on the TURN server. */
  floorMs: number;
  /** From one restart without success to the next. */
  repeatMs: number;
  /** Without any path for so long, the call is over. */
  giveUpMs: number;
}

/** What a watch is made of. */
export interface PathWatchOptions {
  restart(): void;
  report(path: 'up' | 'down' | 'lost'): void;
  timing?: Partial<PathTiming>;
}

const TIMING: PathTiming = { disconnectedMs: 2_000, hintMs: 1_000, floorMs: 3_000, repeatMs: 8_000, giveUpMs: 30_000 };

/** Makes a watch. It is silent before `begin`. */
export function createPathWatch({ restart, report, timing: own }: PathWatchOptions): PathWatch {
  const timing = { ...TIMING, ...own };
  let begun = false;
  let closed = false;
  let up = false;
  let restartTimer: ReturnType<typeof setTimeout> | undefined;
  let restartAt = Infinity;
  let giveUpTimer: ReturnType<typeof setTimeout> | undefined;
  let restartedAt = -Infinity;

  /** Plans a restart; an earlier plan stands. */
  const plan = (wait: number): void => {
    const now = performance.now();
    const at = Math.max(now + wait, restartedAt + timing.floorMs);
    if (at >= restartAt) return;
    clearTimeout(restartTimer);
    restartAt = at;
    restartTimer = setTimeout(() => {
      restartAt = Infinity;
      restartedAt = performance.now();
      restart();
      if (!up) plan(timing.repeatMs);
    }, at - now);
  };
  const unplan = (): void => {
    clearTimeout(restartTimer);
    restartAt = Infinity;
  };
  const countDown = (): void => {
    giveUpTimer ??= setTimeout(() => {
      unplan();
      report('lost');
    }, timing.giveUpMs);
  };

  return {
    begin() {
      if (begun || closed) return;
      begun = true;
      if (up) report('up');
      else countDown();
    },
    state(state) {
      if (closed) return;
      if (state === 'connected') {
        up = true;
        unplan();
        clearTimeout(giveUpTimer);
        giveUpTimer = undefined;
        if (begun) report('up');
        return;
      }
      if (state !== 'disconnected' && state !== 'failed') return;
      up = false;
      if (!begun) return;
      report('down');
      countDown();
      plan(state === 'failed' ? 0 : timing.disconnectedMs);
    },
    hint() {
      if (begun && !closed) plan(timing.hintMs);
    },
    close() {
      closed = true;
      unplan();
      clearTimeout(giveUpTimer);
    },
  };
}
