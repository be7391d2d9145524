import type { Site, SiteSettings } from '../../protocol/site.ts';

/** The settings that a site has until its owner says otherwise. */
export const defaultSettings: SiteSettings = {
  greeting: '', statusText: '', languages: ['en', 'ko'], look: { accent: null, theme: 'auto', position: 'bottom-right', launcherText: '' },
  hours: { enabled: false, timeZone: 'UTC', week: [1, 2, 3, 4, 5].map((day) => ({ day, from: '09:00', to: '18:00' })), holidays: [] },
  recording: { enabled: true, consentText: '' }, calls: { audio: true, video: true }, retention: { closeAfter: null, purgeAfterClose: null, recordings: null },
  privacyUrl: '', presenceShown: true, pagesShown: true, preChat: { enabled: false, fields: [] }, offline: { enabled: true, text: '', askEmail: true }, rating: true, transcripts: true, files: { enabled: true, maxMiB: 10 },
  queue: { ringSeconds: 60, groups: [], callBack: true }, recorder: { who: 'both', sliceSeconds: 2, video: true },
  routing: { mode: 'manual', capacity: null },
};

/** A site; `fields` replaces what matters to a test. */
export function siteWith(fields: Partial<Site> = {}): Site {
  return { id: 's1', name: 'Shop', publishableKey: 'pk_1', origins: ['https://shop.example'], settings: defaultSettings, picture: null, identity: false, archived: false, createdAt: '2026-01-01T00:00:00Z', ...fields };
}
