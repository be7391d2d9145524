/**
 * Every error code of the wire with its HTTP status and English sentence. Codes are stable; sentences are for developers and
 * logs, clients show their own words in the user's language.
 */
export const PROBLEMS = {
  bad_request: { status: 400, message: 'The request does not have the expected shape.' },
  unknown_type: { status: 400, message: 'There is no request of this type.' },
  unauthenticated: { status: 401, message: 'A valid token is needed.' },
  token_expired: { status: 401, message: 'The token has expired.' },
  bad_credentials: { status: 401, message: 'E-mail or password is wrong.' },
  origin_forbidden: { status: 403, message: 'This origin is not on the allow-list of the site.' },
  forbidden: { status: 403, message: 'This principal may not do that.' },
  consent_required: { status: 403, message: 'Both members of the call have to agree to the recording first.' },
  not_found: { status: 404, message: 'There is no such thing here.' },
  method_not_allowed: { status: 405, message: 'This address does not answer to that method.' },
  conflict: { status: 409, message: 'The request does not fit the present state.' },
  email_taken: { status: 409, message: 'An account with this e-mail exists already.' },
  name_taken: { status: 409, message: 'There is one of this name already.' },
  not_closed: { status: 409, message: 'Only what is closed can be deleted.' },
  last_owner: { status: 409, message: 'The last owner cannot go: make somebody else an owner first.' },
  mail_off: { status: 409, message: 'This server sends no mail; set SMTP_URL and MAIL_FROM.' },
  pin_limit: { status: 409, message: 'Five conversations are pinned already.' },
  conversation_closed: { status: 409, message: 'The conversation is closed.' },
  already_in_call: { status: 409, message: 'There is a call going on in this conversation already.' },
  nobody_waiting: { status: 409, message: 'No call is waiting that this agent has not declined.' },
  call_over: { status: 409, message: 'The call is over, or somebody else answered it.' },
  recording_paused: { status: 409, message: 'The recording is paused.' },
  chunk_conflict: { status: 409, message: 'Other bytes were stored under this number before.' },
  on_hold: { status: 409, message: 'A recording is on legal hold: it may not be deleted.' },
  recording_closed: { status: 409, message: 'The recording takes no more chunks.' },
  gone: { status: 410, message: 'This was used before and is no more.' },
  too_large: { status: 413, message: 'The body is larger than allowed.' },
  unsupported_media_type: { status: 415, message: 'The body is of a type that is not taken here.' },
  range_not_satisfiable: { status: 416, message: 'The range lies outside the file.' },
  digest_mismatch: { status: 422, message: 'The bytes do not match their digest.' },
  address_refused: { status: 422, message: 'This address is not reachable from the internet, or is not allowed.' },
  unprocessable: { status: 422, message: 'The request is well-formed but makes no sense.' },
  weak_password: { status: 422, message: 'The password has to have at least 10 characters and must not be a common one.' },
  rate_limited: { status: 429, message: 'Too many requests; try again later.' },
  internal: { status: 500, message: 'Something failed on our side.' },
  unavailable: { status: 503, message: 'The server is busy or shutting down; try again.' },
} as const satisfies Record<string, { status: number; message: string }>;

/** A stable error code. */
export type Code = keyof typeof PROBLEMS;

/** WebSocket close codes and what they mean. 1011 is a defect of ours, never an answer to bad input. */
export const CLOSE = {
  goingAway: 1001,
  tooLarge: 1009,
  protocolBroken: 4000,
  unauthenticated: 4001,
  forbidden: 4003,
  notFound: 4004,
  rateLimited: 4008,
  conversationClosed: 4009,
  superseded: 4010,
  draining: 4011,
} as const;
