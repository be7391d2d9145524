import webPush from 'web-push';
import type { OutboundRequest } from '../outbound/outbound.ts';

/** Where a browser takes pushes, and the keys that only it can undo. */
export interface PushTarget {
  endpoint: string;
  p256dh: string;
  auth: string;
}

/** Who sends: our key pair (VAPID, RFC 8292), and whom a push service can write to. */
export interface PushSender {
  publicKey: string;
  privateKey: string;
  /** `mailto:` or `https:`. */
  subject: string;
}

/** How a push service should treat it. */
export interface PushManner {
  /** For how long it is kept for a browser that is away, in seconds. */
  ttl: number;
  urgency: 'normal' | 'high';
  /** A later one of the same topic takes its place: up to 32 characters of base64url. */
  topic: string;
}

/** A payload as a request to the push service, encrypted for one browser (RFC 8291). */
export function pushRequest({ endpoint, p256dh, auth }: PushTarget, payload: string, sender: PushSender, { ttl, urgency, topic }: PushManner): OutboundRequest {
  const { headers, body } = webPush.generateRequestDetails({ endpoint, keys: { p256dh, auth } }, payload, {
    vapidDetails: sender, TTL: ttl, urgency, topic, contentEncoding: 'aes128gcm',
  });
  return {
    method: 'POST', url: endpoint, body, maxBytes: 4096, timeoutMs: 10_000,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)])),
  };
}
