import { Compile } from 'typebox/compile';
import { LANGUAGE_TAGS } from '../../languages/split/tags.ts';
import { SiteSettings } from '../../protocol/site.ts';

/** What a site has until its owner says otherwise: everything works, nothing is asked, nothing is deleted. */
export const defaultSettings: SiteSettings = {
  greeting: '', statusText: '', languages: [...LANGUAGE_TAGS],
  look: { accent: null, theme: 'auto', position: 'bottom-right', launcherText: '' },
  hours: {
    enabled: false, timeZone: 'UTC', week: [1, 2, 3, 4, 5].map((day) => ({ day, from: '09:00', to: '18:00' })), holidays: [],
  },
  recording: { enabled: true, consentText: '' },
  calls: { audio: true, video: true },
  retention: { closeAfter: null, purgeAfterClose: null, recordings: null },
  privacyUrl: '', presenceShown: true, pagesShown: true,
  preChat: { enabled: false, fields: [] },
  offline: { enabled: true, text: '', askEmail: true },
  rating: true, transcripts: true, files: { enabled: true, maxMiB: 10 },
  routing: { mode: 'manual', capacity: null },
  queue: { ringSeconds: 60, groups: [], callBack: true },
  recorder: { who: 'both', sliceSeconds: 2, video: true },
};

/**
 * What a site that is made now begins with beside the defaults (decision 14). It stands in its row, so that sites that were made
 * before go on as they were.
 */
export const newSiteSettings: Partial<SiteSettings> = { retention: { closeAfter: 7, purgeAfterClose: null, recordings: null } };

const parts = Object.entries(SiteSettings.properties).map(([name, schema]) => [name, Compile(schema)] as const);

/** The settings in a site's row: a part that is missing, or that an older version wrote in another shape, has its default. */
export function settingsOf(stored: Record<string, unknown>): SiteSettings {
  const good = parts.filter(([name, schema]) => schema.Check(stored[name])).map(([name]) => [name, stored[name]]);
  return { ...defaultSettings, ...Object.fromEntries(good) as Partial<SiteSettings> };
}
