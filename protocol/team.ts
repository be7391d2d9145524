import { Type, type Static } from 'typebox';
import { Agent, EmailAddress, Id, Locale, Role, Timestamp } from './shapes.ts';

// Accounts: invitations, sessions, one's own switches, and the audit log.

const Name = Type.String({ minLength: 1, maxLength: 80, pattern: '\\S' });
const Password = Type.String({ minLength: 1, maxLength: 256 });
const Token = Type.String({ minLength: 1, maxLength: 256 });

/** Changes of an agent by an admin or owner. */
export const AgentPatch = Type.Object({
  name: Type.Optional(Name),
  role: Type.Optional(Role),
  status: Type.Optional(Type.Union([Type.Literal('active'), Type.Literal('disabled')])),
  capacity: Type.Optional(Type.Union([Type.Integer({ minimum: 0, maximum: 1000 }), Type.Null()])),
}, { examples: [{ role: 'admin', capacity: 5 }] });

/** Somebody who was asked to join. */
export const Invitation = Type.Object({
  id: Type.String(),
  email: Type.String(),
  name: Type.Union([Type.String(), Type.Null()]),
  role: Role,
  invitedBy: Type.String(),
  state: Type.Union([Type.Literal('open'), Type.Literal('accepted'), Type.Literal('expired'), Type.Literal('revoked')]),
  createdAt: Timestamp,
  expiresAt: Timestamp,
});
export const InvitationBody = Type.Object({ email: EmailAddress, role: Role, name: Type.Optional(Name), locale: Type.Optional(Locale) }, { examples: [{ email: 'ada@shop.example', role: 'agent', locale: 'ko' }] });
/** `link` is shown only this once; its secret stands behind `#`, so it reaches no log. `mailed`: whether a mail is on its way. */
export const InvitationAnswer = Type.Object({ invitation: Invitation, link: Type.String(), mailed: Type.Boolean() });
/** What somebody with a link may know before accepting. */
export const InvitationLookBody = Type.Object({ token: Token }, { examples: [{ token: 'what stands behind token= in the link' }] });
export const InvitationLook = Type.Object({ email: Type.String(), name: Type.Union([Type.String(), Type.Null()]), organisation: Type.String(), invitedBy: Type.String(), role: Role });
export const InvitationAcceptBody = Type.Object({ token: Token, name: Name, password: Password }, {
  examples: [{ token: 'what stands behind token= in the link', name: 'Ada Agent', password: 'a long sentence of mine' }],
});

export const PasswordResetBody = Type.Object({ email: Type.String({ maxLength: 254 }), locale: Type.Optional(Locale) }, { examples: [{ email: 'ada@shop.example' }] });
export const PasswordResetConfirmBody = Type.Object({ token: Token, password: Password }, { examples: [{ token: 'what stands behind token= in the link', password: 'a long new sentence' }] });
/** A link that an admin hands over where no mail is sent. Shown only this once. */
export const ResetLinkAnswer = Type.Object({ link: Type.String(), expiresAt: Timestamp });

/** One sign-in of an account. */
export const AccountSession = Type.Object({
  id: Type.String(), current: Type.Boolean(), device: Type.String(), createdAt: Timestamp, lastUsedAt: Timestamp,
});

/** An agent's own switches. */
export const Preferences = Type.Object({
  locale: Type.Union([Locale, Type.Null()]),
  /** Mail when a visitor writes and nobody is there. */
  mailNotices: Type.Boolean(),
  /** Push for calls and for messages while no panel is open. */
  pushCalls: Type.Boolean(),
  pushMessages: Type.Boolean(),
});
export const MePatch = Type.Object({ name: Type.Optional(Name), preferences: Type.Optional(Type.Partial(Preferences)) }, { examples: [{ preferences: { mailNotices: false } }] });
/** Who is signed in, with their own switches. */
export const Me = Type.Interface([Agent], { preferences: Preferences });
/** How one may sign in here. `unclaimed`: not yet, since the link that the server printed has made nobody its owner. */
export const SignInWays = Type.Object({ password: Type.Boolean(), oidc: Type.Union([Type.Object({ name: Type.String() }), Type.Null()]), mail: Type.Boolean(), unclaimed: Type.Optional(Type.Boolean()) });

export const Organisation = Type.Object({ id: Type.String(), name: Type.String(), mail: Type.Object({ configured: Type.Boolean(), from: Type.Union([Type.String(), Type.Null()]) }) });
export const OrganisationPatch = Type.Object({ name: Type.Optional(Name) }, { examples: [{ name: 'Hazel & Clay' }] });

/** Something that somebody did. `action` is `thing.verb`, e.g. `agent.disabled`. */
export const AuditEntry = Type.Object({
  id: Type.String(),
  at: Timestamp,
  actor: Type.Object({ kind: Type.String(), id: Type.String(), name: Type.String() }),
  action: Type.String(),
  target: Type.Union([Type.Object({ kind: Type.String(), id: Type.String(), name: Type.String() }), Type.Null()]),
  detail: Type.Record(Type.String(), Type.Unknown()),
  address: Type.Union([Type.String(), Type.Null()]),
});

/** Which entries of the audit log. */
export const AuditFilterQuery = Type.Object({
  actor: Type.Optional(Id),
  action: Type.Optional(Type.String({ pattern: '^[a-z_]{1,40}([.][a-z_]{1,40})?$', description: 'A whole action, `agent.disabled`, or its thing alone, `agent`.' })),
  target: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'The id of what was acted upon.' })),
  from: Type.Optional(Type.String({ format: 'date-time', description: 'At this moment or later: a full RFC 3339 timestamp.' })),
  to: Type.Optional(Type.String({ format: 'date-time', description: 'Before this moment: a full RFC 3339 timestamp.' })),
});

/** A browser that wants pushes: what `PushSubscription.toJSON()` gives. */
export const PushSubscriptionBody = Type.Object({
  endpoint: Type.String({ minLength: 1, maxLength: 2000, pattern: '^https?://' }),
  keys: Type.Object({ p256dh: Type.String({ minLength: 1, maxLength: 200 }), auth: Type.String({ minLength: 1, maxLength: 100 }) }),
  locale: Type.Optional(Locale),
}, { examples: [{ endpoint: 'https://push.example/send/abc', keys: { p256dh: 'of the browser', auth: 'of the browser' } }] });
/** The server's own key pair for pushes (VAPID, RFC 8292): its public half, base64url. */
export const PushKeyAnswer = Type.Object({ publicKey: Type.String() });

/** A mail that was sent, waits, or would have been sent. `text` is null when it held a secret link that has left. */
export const Mail = Type.Object({
  id: Type.String(), kind: Type.String(), recipient: Type.String(), subject: Type.String(), text: Type.Union([Type.String(), Type.Null()]),
  state: Type.Union([Type.Literal('waiting'), Type.Literal('sent'), Type.Literal('failed'), Type.Literal('unsent')]),
  attempts: Type.Integer(), error: Type.Union([Type.String(), Type.Null()]), createdAt: Timestamp, endedAt: Type.Union([Timestamp, Type.Null()]),
});

export type Invitation = Static<typeof Invitation>;
export type InvitationAnswer = Static<typeof InvitationAnswer>;
export type InvitationLook = Static<typeof InvitationLook>;
export type AccountSession = Static<typeof AccountSession>;
export type Preferences = Static<typeof Preferences>;
export type Me = Static<typeof Me>;
export type SignInWays = Static<typeof SignInWays>;
export type Organisation = Static<typeof Organisation>;
export type AuditEntry = Static<typeof AuditEntry>;
export type Mail = Static<typeof Mail>;
export type ResetLinkAnswer = Static<typeof ResetLinkAnswer>;
