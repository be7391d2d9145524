import { Type, type Static } from 'typebox';
import { Locale, Timestamp } from './shapes.ts';

// A site: what its owner sets, and what of it visitors may know.

const Line = (maxLength: number) => Type.String({ maxLength });
/** `#rrggbb`. */
const Colour = Type.String({ pattern: '^#[0-9a-fA-F]{6}$' });
/** `09:00`; `24:00` is the end of a day. */
const TimeOfDay = Type.String({ pattern: '^(([01]\\d|2[0-3]):[0-5]\\d|24:00)$' });
const Days = Type.Union([Type.Integer({ minimum: 1, maximum: 3650 }), Type.Null()]);

/** How the element looks. Attributes on the tag win over it. */
export const Look = Type.Object({
  accent: Type.Union([Colour, Type.Null()]),
  theme: Type.Union([Type.Literal('auto'), Type.Literal('light'), Type.Literal('dark')]),
  position: Type.Union([Type.Literal('bottom-right'), Type.Literal('bottom-left')]),
  /** Words beside the launcher's sign; empty = the sign alone. */
  launcherText: Line(40),
});

/** When somebody answers. Without `enabled`: always. Times are those of `timeZone` (IANA). */
export const BusinessHours = Type.Object({
  enabled: Type.Boolean(),
  timeZone: Line(64),
  /** `day`: 0 = Sunday … 6. Several stretches a day are fine; `to` before `from` goes past midnight. */
  week: Type.Array(Type.Object({ day: Type.Integer({ minimum: 0, maximum: 6 }), from: TimeOfDay, to: TimeOfDay }), { maxItems: 42 }),
  /** Whole days on which nobody answers. */
  holidays: Type.Array(Type.Object({ date: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }), name: Line(80) }), { maxItems: 200 }),
});

/** Something that is asked before a conversation. `key` `name` and `email` go to the visitor's own columns. */
export const FormField = Type.Object({
  key: Type.String({ pattern: '^[a-z][a-z0-9_]{0,31}$' }),
  label: Type.String({ minLength: 1, maxLength: 80 }),
  kind: Type.Union([Type.Literal('text'), Type.Literal('email'), Type.Literal('phone'), Type.Literal('choice')]),
  required: Type.Boolean(),
  choices: Type.Array(Type.String({ minLength: 1, maxLength: 80 }), { maxItems: 20 }),
});

/**
 * Who records: `both` (the agent's recording is the primary one, the visitor's sound stands by and fills its holes), or one side alone.
 * `sliceSeconds`: how much at most is lost with a side that dies. `video`: whether a video call's pictures are recorded too.
 */
export const Recorder = Type.Object({
  who: Type.Union([Type.Literal('both'), Type.Literal('agent'), Type.Literal('visitor')]),
  sliceSeconds: Type.Integer({ minimum: 1, maximum: 75 }),
  video: Type.Boolean(),
});

const FileRules = Type.Object({ enabled: Type.Boolean(), maxMiB: Type.Integer({ minimum: 1, maximum: 100 }) });

/** Everything that the owner sets about a site. */
export const SiteSettings = Type.Object({
  /** Said before the first message. */
  greeting: Line(300),
  /** Below the name in the panel's head, e.g. *We mostly answer within ten minutes*. */
  statusText: Line(120),
  /** Languages of the element, the first is the default; the visitor's own wins when it is among them. */
  languages: Type.Array(Locale, { minItems: 1, maxItems: 100 }),
  look: Look,
  hours: BusinessHours,
  recording: Type.Object({
    enabled: Type.Boolean(),
    /** In the owner's own words instead of ours; empty = ours. */
    consentText: Line(600),
  }),
  calls: Type.Object({ audio: Type.Boolean(), video: Type.Boolean() }),
  /** In days; null = never. Held by a job every hour. */
  retention: Type.Object({ closeAfter: Days, purgeAfterClose: Days, recordings: Days }),
  /** https address of the privacy page; empty = none. */
  privacyUrl: Line(500),
  presenceShown: Type.Boolean(),
  /** Whether agents see which page a visitor is on. */
  pagesShown: Type.Boolean(),
  preChat: Type.Object({ enabled: Type.Boolean(), fields: Type.Array(FormField, { maxItems: 8 }) }),
  /** What visitors read while nobody is there; with `askEmail` they may leave an address for the answer. */
  offline: Type.Object({ enabled: Type.Boolean(), text: Line(300), askEmail: Type.Boolean() }),
  rating: Type.Boolean(),
  transcripts: Type.Boolean(),
  /** Whether visitors may send files, and how large one may be, in MiB; agents may always, up to the same size. */
  files: FileRules,
  /** Who gets a new conversation. `capacity`: open ones an agent has at most, unless the agent has an own; null = any. */
  routing: Type.Object({
    mode: Type.Union([Type.Literal('manual'), Type.Literal('round_robin'), Type.Literal('least_busy')]),
    capacity: Type.Union([Type.Integer({ minimum: 1, maximum: 1000 }), Type.Null()]),
  }),
  /** Who is rung by a visitor's call, and for how long. */
  queue: Type.Object({
    /** After so many seconds nobody has answered. */
    ringSeconds: Type.Integer({ minimum: 10, maximum: 3600 }),
    /** Who is rung first; each next group joins after its seconds. Empty = everybody at once, as after the last group. */
    groups: Type.Array(Type.Object({
      agentIds: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { minItems: 1, maxItems: 200 }), seconds: Type.Integer({ minimum: 5, maximum: 600 }),
    }), { maxItems: 5 }),
    /** Whether a caller whom nobody answered may ask to be called back. */
    callBack: Type.Boolean(),
  }),
  /** How calls are recorded. */
  recorder: Recorder,
});

/** A site as its owner sees it. */
export const Site = Type.Object({
  id: Type.String(),
  name: Type.String(),
  publishableKey: Type.String(),
  origins: Type.Array(Type.String()),
  settings: SiteSettings,
  /** Whether it has a picture, and which: part of the address below `/v1/pictures/`. */
  picture: Type.Union([Type.String(), Type.Null()]),
  /** Whether a secret for verified visitors was made. */
  identity: Type.Boolean(),
  archived: Type.Boolean(),
  createdAt: Timestamp,
});

/** What visitors see of a site. Never an e-mail, never an agent's name before it has answered. */
export const SiteProfile = Type.Object({
  id: Type.String(),
  name: Type.String(),
  greeting: Type.String(),
  statusText: Type.String(),
  languages: Type.Array(Locale),
  look: Look,
  /** An address on the server, or null. */
  picture: Type.Union([Type.String(), Type.Null()]),
  /** `open`: by the hours it is time to answer; `opensAt`: when that is next, null = not within a fortnight. */
  hours: Type.Object({ open: Type.Boolean(), opensAt: Type.Union([Timestamp, Type.Null()]) }),
  recording: Type.Object({ enabled: Type.Boolean(), textVersion: Type.String(), consentText: Type.String() }),
  calls: Type.Object({ audio: Type.Boolean(), video: Type.Boolean() }),
  privacyUrl: Type.String(),
  /** Whether the element tells which page it is on. */
  pagesShown: Type.Boolean(),
  preChat: Type.Array(FormField),
  offline: Type.Object({ enabled: Type.Boolean(), text: Type.String(), askEmail: Type.Boolean() }),
  rating: Type.Boolean(),
  transcripts: Type.Boolean(),
  files: FileRules,
  /** Whether a caller whom nobody answered may ask to be called back. */
  callBack: Type.Boolean(),
});

/** A new site. */
export const SiteBody = Type.Object({ name: Type.String({ minLength: 1, maxLength: 80, pattern: '\\S' }), origins: Type.Optional(Type.Array(Line(300), { maxItems: 100 })) }, {
  examples: [{ name: 'Shop', origins: ['https://shop.example', 'https://*.shop.example'] }],
});
/** Changes; of `settings` the top-level parts that are given are replaced whole. */
export const SitePatch = Type.Object({
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 80, pattern: '\\S' })),
  origins: Type.Optional(Type.Array(Line(300), { maxItems: 100 })),
  settings: Type.Optional(Type.Partial(SiteSettings)),
  archived: Type.Optional(Type.Boolean()),
}, { examples: [{ name: 'Shop', settings: { greeting: 'Hello! How can we help?' } }] });
/** The secret by which the customer's server vouches for visitors: shown only this once. */
export const IdentitySecretAnswer = Type.Object({ secret: Type.String() });
/** Whether the tag stands on a page of the site. */
export const InstallCheckBody = Type.Object({ url: Type.String({ minLength: 1, maxLength: 500 }) }, { examples: [{ url: 'https://shop.example/' }] });
/** What was found on the page. `csp`: directives of the page's policy that keep the element from working. */
export const InstallCheck = Type.Object({
  url: Type.String(), status: Type.Union([Type.Integer(), Type.Null()]),
  result: Type.Union([
    Type.Literal('found'), Type.Literal('wrong_key'), Type.Literal('no_tag'), Type.Literal('no_script'), Type.Literal('origin_missing'),
    Type.Literal('unreachable'), Type.Literal('refused'),
  ]),
  csp: Type.Array(Type.String()),
  detail: Type.String(),
});

export type Recorder = Static<typeof Recorder>;
export type Look = Static<typeof Look>;
export type BusinessHours = Static<typeof BusinessHours>;
export type FormField = Static<typeof FormField>;
export type SiteSettings = Static<typeof SiteSettings>;
export type Site = Static<typeof Site>;
export type SiteProfile = Static<typeof SiteProfile>;
export type InstallCheck = Static<typeof InstallCheck>;
