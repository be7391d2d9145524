import type { Signal } from '../../../protocol/client-frames.ts';
import type { IceServer } from '../../../protocol/shapes.ts';
import { createPathWatch, type PathTiming } from './path-watch.ts';
import { encodingOf, type Rung } from './picture-ladder.ts';

/** A signal as we send it: a description carries the number of its offer, so that an answer to an older one is known as such. */
export type NumberedSignal = (Signal & { n?: number }) | null;

/** The places of what is sent, in the order of the description. All three are agreed on in the first offer, so that a camera or a screen in mid-call needs no other. */
export type Slot = 'audio' | 'video' | 'screen';
const SLOTS: readonly Slot[] = ['audio', 'video', 'screen'];

/** The media connection to the other member. Negotiation is the W3C's perfect negotiation. */
export interface Peer {
  /** The call was answered: negotiate (or wait for the other side's offer) and watch the path. */
  begin(): void;
  /** Takes what the other side said, in its order. */
  receive(signal: NumberedSignal): void;
  /** Sends another track at a place, or nothing. No negotiation follows. */
  send(slot: Slot, track: MediaStreamTrack | null): Promise<void>;
  /** Fresh TURN credentials; and what may have been lost on the way is said again. */
  renew(iceServers: readonly IceServer[] | null): void;
  /** How loud the other side is, 0 to 1. */
  level(): number;
  stats(): Promise<RTCStatsReport>;
  /** Sends the camera's picture as a rung of the ladder says. */
  limit(rung: Rung): Promise<void>;
  close(): void;
}

/** What a peer is made of. */
export interface PeerOptions {
  /** Gives way when both offer at once. */
  polite: boolean;
  /** Makes the first offer; the other one adds its tracks to it. */
  offers: boolean;
  local: MediaStream;
  /** What is sent at first. */
  tracks: Readonly<Record<Slot, MediaStreamTrack | null>>;
  /** Gets the voice and the picture of the other side. It outlives the peer. */
  remote: MediaStream;
  /** Gets the screen that the other side shows. */
  remoteScreen: MediaStream;
  iceServers: readonly IceServer[];
  /** No direct way, even where there is one. */
  relayOnly?: boolean;
  say(signal: NumberedSignal): void;
  path(path: 'up' | 'down' | 'lost'): void;
  /** A remote track has come. */
  changed(): void;
  timing?: Partial<PathTiming>;
}

/** Makes a peer. It gathers its first addresses at once, so that they are there when the call is answered. */
export function createPeer(options: PeerOptions): Peer {
  const { polite, offers, local, remote, remoteScreen, say } = options;
  const config = (iceServers: readonly IceServer[]): RTCConfiguration => ({
    iceServers: iceServers.map((server) => ({ ...server, urls: [...server.urls] })), iceCandidatePoolSize: 1,
    // Everything on one path: one way to find, one to relay.
    bundlePolicy: 'max-bundle',
    ...(options.relayOnly ? { iceTransportPolicy: 'relay' as const } : {}),
  });
  const pc = new RTCPeerConnection(config(options.iceServers));
  const senders = new Map<Slot, RTCRtpSender>();
  const sending = new Map<Slot, MediaStreamTrack | null>(SLOTS.map((slot) => [slot, options.tracks[slot]]));
  let begun = false;
  let closed = false;
  let makingOffer = false;
  let ignoreOffer = false;
  let offerNumber = 0;
  let waiting: (RTCIceCandidateInit | null)[] = [];
  let received = Promise.resolve();

  const watch = createPathWatch({
    restart: () => pc.restartIce(),
    report: options.path,
    ...(options.timing ? { timing: options.timing } : {}),
  });

  const offer = async (): Promise<void> => {
    if (!begun || closed) return;
    try {
      makingOffer = true;
      await pc.setLocalDescription();
      if (closed || pc.localDescription?.type !== 'offer') return;
      offerNumber++;
      sayDescription(pc.localDescription, offerNumber);
    } catch {
      // The connection was closed meanwhile, or the other side's offer came first: it negotiates now.
    } finally {
      makingOffer = false;
    }
  };

  const sayDescription = ({ type, sdp }: RTCSessionDescription, n: number): void => say({ type, sdp, n });

  /** Puts our tracks on the places that the other side's offer made: one round is enough for both directions. */
  const joinOffer = async (): Promise<void> => {
    for (const slot of SLOTS) {
      const place = placeOf(slot);
      if (senders.has(slot) || !place) continue;
      place.direction = 'sendrecv';
      place.sender.setStreams?.(local);
      senders.set(slot, place.sender);
      await place.sender.replaceTrack(sending.get(slot) ?? null);
    }
  };
  /** The first place for pictures is the camera's, the second one the screen's. */
  const placeOf = (slot: Slot): RTCRtpTransceiver | undefined => {
    const places = pc.getTransceivers().filter((each) => each.direction !== 'stopped' && each.receiver.track.kind === (slot === 'audio' ? 'audio' : 'video'));
    return places[slot === 'screen' ? 1 : 0];
  };

  const take = async (signal: NumberedSignal): Promise<void> => {
    if (closed) return;
    if (signal === null || 'candidate' in signal) return takeCandidate(signal);
    const collision = signal.type === 'offer' && (makingOffer || pc.signalingState !== 'stable');
    ignoreOffer = !polite && collision;
    if (ignoreOffer) return;
    // An answer that comes twice, or to an offer that was replaced since.
    if (signal.type === 'answer' && (pc.signalingState !== 'have-local-offer' || (signal.n !== undefined && signal.n !== offerNumber))) return;
    await pc.setRemoteDescription(signal as RTCSessionDescriptionInit);
    const held = waiting;
    waiting = [];
    for (const candidate of held) await takeCandidate(candidate);
    if (signal.type !== 'offer') return;
    await joinOffer();
    await pc.setLocalDescription();
    if (!closed && pc.localDescription) sayDescription(pc.localDescription, signal.n ?? 0);
  };

  const takeCandidate = async (candidate: RTCIceCandidateInit | null): Promise<void> => {
    if (!pc.remoteDescription) return void waiting.push(candidate);
    try {
      // The end of candidates belongs to every section of the description: an empty candidate says so in all browsers.
      await pc.addIceCandidate(candidate ?? { candidate: '', sdpMid: pc.getTransceivers()[0]?.mid ?? '0' });
    } catch {
      // Belongs to an offer that was ignored or replaced. Others follow; without any, the watch sees that no path comes.
    }
  };

  pc.onnegotiationneeded = () => void offer();
  pc.onicecandidate = ({ candidate }) => {
    if (candidate?.candidate === '') return;
    say(candidate ? candidate.toJSON() as { candidate: string } : null);
  };
  pc.onconnectionstatechange = () => watch.state(pc.connectionState);
  pc.ontrack = ({ track }) => {
    const into = placeOf('screen')?.receiver.track === track ? remoteScreen : remote;
    for (const old of into.getTracks()) if (old.kind === track.kind && old !== track) into.removeTrack(old);
    into.addTrack(track);
    options.changed();
  };
  const hint = (): void => watch.hint();
  const network = (navigator as { connection?: EventTarget }).connection;
  window.addEventListener('online', hint);
  network?.addEventListener('change', hint);

  return {
    begin() {
      if (begun || closed) return;
      begun = true;
      watch.begin();
      if (!offers) return;
      for (const slot of SLOTS) {
        const { sender } = pc.addTransceiver(sending.get(slot) ?? (slot === 'audio' ? 'audio' : 'video'), { direction: 'sendrecv', streams: [local] });
        senders.set(slot, sender);
      }
    },
    receive(signal) {
      // A description that cannot be used leaves the path as it is: the watch restarts it or gives up.
      received = received.then(() => take(signal)).catch(() => undefined);
    },
    async send(slot, track) {
      sending.set(slot, track);
      await senders.get(slot)?.replaceTrack(track);
    },
    renew(iceServers) {
      if (closed) return;
      if (iceServers) pc.setConfiguration(config(iceServers));
      if (!begun) return;
      if (pc.signalingState === 'have-local-offer' && pc.localDescription) sayDescription(pc.localDescription, offerNumber);
      if (pc.connectionState !== 'connected' && pc.connectionState !== 'new') watch.hint();
    },
    stats: () => pc.getStats(),
    async limit(rung) {
      const sender = senders.get('video');
      const parameters = sender?.getParameters();
      const [encoding] = parameters?.encodings ?? [];
      if (!sender || !parameters || !encoding) return;
      const { active, maxBitrate, scaleResolutionDownBy } = encodingOf(rung);
      Object.assign(encoding, { active, scaleResolutionDownBy });
      if (maxBitrate === null) delete encoding.maxBitrate;
      else encoding.maxBitrate = maxBitrate;
      await sender.setParameters(parameters);
    },
    level() {
      const receiver = pc.getReceivers().find(({ track }) => track.kind === 'audio');
      return receiver?.getSynchronizationSources()[0]?.audioLevel ?? 0;
    },
    close() {
      if (closed) return;
      closed = true;
      watch.close();
      window.removeEventListener('online', hint);
      network?.removeEventListener('change', hint);
      pc.onnegotiationneeded = pc.onicecandidate = pc.onconnectionstatechange = pc.ontrack = null;
      pc.close();
      for (const stream of [remote, remoteScreen]) {
        for (const track of stream.getTracks()) {
          track.stop();
          stream.removeTrack(track);
        }
      }
    },
  };
}
