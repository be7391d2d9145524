import { createHash } from 'node:crypto';
import type { Site, SiteProfile } from '../../protocol/site.ts';
import { CONSENT_TEXT_VERSION } from '../../protocol/version.ts';
import { rfc3339 } from '../clock.ts';
import { businessHours } from './business-hours.ts';
import { settingsOf } from './site-settings.ts';
import type { SiteRow } from './sites.store.ts';

/** The key of a site's picture. It lies beside the settings, where no owner can write. */
export function pictureOf({ settings }: Pick<SiteRow, 'settings'>): string | null {
  return typeof settings.picture === 'string' ? settings.picture : null;
}

/** Which words a consent to a recording refers to: ours, or the owner's own by their fingerprint. */
export function consentVersion(consentText: string): string {
  return consentText === '' ? CONSENT_TEXT_VERSION : `own-${createHash('sha256').update(consentText).digest('hex').slice(0, 12)}`;
}

/** A site as the wire shows it to its owner. */
export function siteOnWire(site: SiteRow): Site {
  const { id, name, publishableKey, origins, createdAt } = site;
  return {
    id, name, publishableKey, origins, settings: settingsOf(site.settings), picture: pictureOf(site), identity: site.identitySecret !== null,
    archived: site.archivedAt !== null, createdAt: rfc3339(createdAt),
  };
}

/** A site as the wire shows it to everybody, at the moment `now` (ms since the epoch). */
export function siteProfile(site: SiteRow, now: number): SiteProfile {
  const { greeting, statusText, languages, look, hours, recording, calls, privacyUrl, pagesShown, preChat, offline, rating, transcripts, files, queue } = settingsOf(site.settings);
  const picture = pictureOf(site);
  const { open, opensAt } = businessHours(hours, now);
  return {
    id: site.id, name: site.name, greeting, statusText, languages, look, picture: picture === null ? null : `/v1/pictures/${picture}`,
    hours: { open, opensAt: opensAt === null ? null : rfc3339(opensAt) },
    recording: { enabled: recording.enabled, textVersion: consentVersion(recording.consentText), consentText: recording.consentText },
    calls, privacyUrl, pagesShown, preChat: preChat.enabled ? preChat.fields : [], offline, rating, transcripts, files, callBack: queue.callBack,
  };
}
