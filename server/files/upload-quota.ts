import type { Clock } from '../clock.ts';

/** What somebody may upload in an hour. */
export interface Allowance {
  files: number;
  bytes: number;
}

/** Who uploads, and from where. */
export interface QuotaHolder {
  kind: 'visitor' | 'agent' | 'key';
  id: string;
  /** What limits count as one address. */
  address: string;
}

/** Counts what is uploaded. */
export interface UploadQuota {
  /** Takes it, or, if it is too much, nothing. Gives 0 when it was allowed, otherwise the ms after which it is worth trying again. */
  take(holder: QuotaHolder, more: Allowance): number;
}

const mebibyte = 1_048_576;
const hourMs = 3_600_000;
/** In an hour. Visitors are free to become another one, so that an address has a limit too: room for an office of them. */
export const UPLOAD_ALLOWANCES = {
  visitor: { files: 50, bytes: 200 * mebibyte },
  address: { files: 500, bytes: 2048 * mebibyte },
  agent: { files: 1000, bytes: 10_240 * mebibyte },
  key: { files: 1000, bytes: 10_240 * mebibyte },
} as const satisfies Record<string, Allowance>;
// So many are remembered; beyond it those whose hour is over go, and then the oldest.
const rememberedAtMost = 20_000;

/** Makes a quota that has seen nothing. An hour begins with the first upload in it. */
export function createUploadQuota({ clock }: { clock: Pick<Clock, 'now'> }): UploadQuota {
  const hours = new Map<string, Allowance & { until: number }>();

  const hourOf = (key: string, now: number) => {
    const known = hours.get(key);
    if (known && known.until > now) return known;
    if (hours.size >= rememberedAtMost) {
      for (const [other, { until }] of hours) if (until <= now) hours.delete(other);
      if (hours.size >= rememberedAtMost) hours.delete(hours.keys().next().value!);
    }
    const fresh = { files: 0, bytes: 0, until: now + hourMs };
    hours.delete(key);
    hours.set(key, fresh);
    return fresh;
  };

  return {
    take({ kind, id, address }, more) {
      const now = clock.now();
      // The person first: whoever has had enough takes nothing from the others of its office.
      const counted = [
        { hour: hourOf(`${kind} ${id}`, now), most: UPLOAD_ALLOWANCES[kind] },
        ...(kind === 'visitor' ? [{ hour: hourOf(`address ${address}`, now), most: UPLOAD_ALLOWANCES.address }] : []),
      ];
      for (const { hour, most } of counted) {
        if (hour.files + more.files > most.files || hour.bytes + more.bytes > most.bytes) return Math.max(1, hour.until - now);
      }
      for (const { hour } of counted) {
        hour.files += more.files;
        hour.bytes += more.bytes;
      }
      return 0;
    },
  };
}
