import type { IceServer } from '../../../protocol/shapes.ts';
import type { Wire } from '../wire.ts';

/** How long a relay may take to answer, ms. */
const PATIENCE_MS = 3_000;

/** Whether one of these servers relays. */
const hasRelay = (iceServers: readonly IceServer[]): boolean => iceServers.some(({ urls }) => [urls].flat().some((url) => /^turns?:/.test(url)));

/** Whether the server has a relay and it does not answer from here: a hint, since most calls need none. False also where it cannot be found out. */
export async function relayIsMissing(wire: Pick<Wire, 'server' | 'token'>): Promise<boolean> {
  try {
    const response = await fetch(`${wire.server}/v1/ice-servers`, { credentials: 'omit', headers: { authorization: `Bearer ${await wire.token()}` } });
    if (!response.ok) return false;
    const { iceServers } = (await response.json()) as { iceServers: IceServer[] };
    return hasRelay(iceServers) && !(await relayAnswers(iceServers));
  } catch {
    return false;
  }
}

/** Whether a relay answers from here within three seconds. No media flows, and nobody else learns of it. */
export function relayAnswers(iceServers: readonly IceServer[], patienceMs = PATIENCE_MS): Promise<boolean> {
  const pc = new RTCPeerConnection({ iceServers: iceServers.map((server) => ({ ...server, urls: [...server.urls] })), iceTransportPolicy: 'relay' });
  return new Promise<boolean>((resolve) => {
    const done = (answers: boolean): void => {
      clearTimeout(timer);
      pc.onicecandidate = null;
      pc.close();
      resolve(answers);
    };
    const timer = setTimeout(() => done(false), patienceMs);
    pc.onicecandidate = ({ candidate }) => {
      if (candidate === null) done(false);
      else if (candidate.type === 'relay' || / typ relay /.test(candidate.candidate)) done(true);
    };
    pc.createDataChannel('check');
    pc.setLocalDescription().catch(() => done(false));
  });
}
