/* IMPORTANT
 * This snapshot file is auto-generated, but designed for humans.
 * It should be checked into source control and tracked carefully.
 * Re-generate by setting TAP_SNAPSHOT=1 and running tests.
 * Make sure to inspect the output below.  Do not ignore changes!
 */
'use strict'
exports[`protocol/wire.test.ts > TAP > [WS5] a change of the wire is a change of its snapshot (npx tap --snapshot protocol/wire.test.ts), and of docs/protocol.md > codes and limits 1`] = `
PROBLEMS: {"bad_request":{"status":400,"message":"The request does not have the expected shape."},"unknown_type":{"status":400,"message":"There is no request of this type."},"unauthenticated":{"status":401,"message":"A valid token is needed."},"token_expired":{"status":401,"message":"The token has expired."},"bad_credentials":{"status":401,"message":"E-mail or password is wrong."},"origin_forbidden":{"status":403,"message":"This origin is not on the allow-list of the site."},"forbidden":{"status":403,"message":"This principal may not do that."},"consent_required":{"status":403,"message":"Both members of the call have to agree to the recording first."},"not_found":{"status":404,"message":"There is no such thing here."},"method_not_allowed":{"status":405,"message":"This address does not answer to that method."},"conflict":{"status":409,"message":"The request does not fit the present state."},"email_taken":{"status":409,"message":"An account with this e-mail exists already."},"conversation_closed":{"status":409,"message":"The conversation is closed."},"already_in_call":{"status":409,"message":"There is a call going on in this conversation already."},"call_over":{"status":409,"message":"The call is over, or somebody else answered it."},"chunk_conflict":{"status":409,"message":"Other bytes were stored under this number before."},"recording_closed":{"status":409,"message":"The recording takes no more chunks."},"gone":{"status":410,"message":"This was used before and is no more."},"too_large":{"status":413,"message":"The body is larger than allowed."},"unsupported_media_type":{"status":415,"message":"The body is of a type that is not taken here."},"range_not_satisfiable":{"status":416,"message":"The range lies outside the file."},"digest_mismatch":{"status":422,"message":"The bytes do not match their digest."},"unprocessable":{"status":422,"message":"The request is well-formed but makes no sense."},"weak_password":{"status":422,"message":"The password has to have at least 10 characters and must not be a common one."},"rate_limited":{"status":429,"message":"Too many requests; try again later."},"internal":{"status":500,"message":"Something failed on our side."},"unavailable":{"status":503,"message":"The server is busy or shutting down; try again."}}
CLOSE: {"goingAway":1001,"tooLarge":1009,"protocolBroken":4000,"unauthenticated":4001,"forbidden":4003,"notFound":4004,"rateLimited":4008,"conversationClosed":4009,"superseded":4010,"draining":4011}
CONSENT_TEXT_VERSION: "2026-11"
HEARTBEAT_MS: 25000
MAX_CHUNK_BYTES: 1000000
MAX_FRAME_BYTES: 65536
MAX_TEXT_LENGTH: 4000
SUBPROTOCOL: "peer-consult.v1"
`

exports[`protocol/wire.test.ts > TAP > [WS5] a change of the wire is a change of its snapshot (npx tap --snapshot protocol/wire.test.ts), and of docs/protocol.md > events 1`] = `
message: {"type":"object","required":["message"],"properties":{"message":"Message"}}
read: {"type":"object","required":["conversationId","reader","seq"],"properties":{"conversationId":{"type":"string"},"reader":"Author","seq":{"type":"integer"}}}
typing: {"type":"object","required":["conversationId","author","on"],"properties":{"conversationId":{"type":"string"},"author":"Author","on":{"type":"boolean"}}}
conversation.updated: {"type":"object","required":["conversation","reason"],"properties":{"conversation":"Conversation","reason":{"type":"string"}}}
presence: {"type":"object","properties":{"presence":{"type":"object","required":["status"],"properties":{"status":{"anyOf":[{"type":"string","const":"online"},{"type":"string","const":"offline"}]}}},"agent":{"type":"object","required":["id","name","status"],"properties":{"id":{"type":"string"},"name":{"type":"string"},"status":"PresenceStatus"}}}}
queue.added: {"type":"object","required":["call"],"properties":{"call":"Call"}}
queue.removed: {"type":"object","required":["callId","reason"],"properties":{"callId":{"type":"string"},"reason":{"type":"string"}}}
call.updated: {"type":"object","required":["call"],"properties":{"call":"Call","answeredElsewhere":{"type":"boolean"},"superseded":{"type":"boolean"},"peerConnectionId":{"anyOf":[{"type":"string"},{"type":"null"}]},"peerPresent":{"type":"boolean"},"iceServers":{"type":"array","items":"IceServer"}}}
call.signal: {"type":"object","required":["callId","from","data"],"properties":{"callId":{"type":"string"},"from":{"type":"string"},"data":{},"epoch":{"type":"integer"}}}
call.media: {"type":"object","required":["callId","from","audio","video"],"properties":{"callId":{"type":"string"},"from":{"type":"string"},"audio":{"type":"boolean"},"video":{"type":"boolean"},"screen":{"type":"boolean"},"held":{"type":"boolean"}}}
recording.updated: {"type":"object","required":["callId","recordingId","state","on"],"properties":{"callId":{"type":"string"},"recordingId":{"type":"string"},"state":"RecordingState","on":{"type":"boolean"}}}
server.draining: {"type":"object","required":["afterMs"],"properties":{"afterMs":{"type":"integer"}}}
session.revoked: {"type":"object","required":["reason"],"properties":{"reason":{"type":"string"}}}
`

exports[`protocol/wire.test.ts > TAP > [WS5] a change of the wire is a change of its snapshot (npx tap --snapshot protocol/wire.test.ts), and of docs/protocol.md > HTTP bodies 1`] = `
AgentBody: {"type":"object","required":["name","email","password","role"],"properties":{"name":{"type":"string","minLength":1,"maxLength":80,"pattern":"\\\\S"},"email":{"type":"string","minLength":3,"maxLength":254,"pattern":"^[^\\\\s@]+@[^\\\\s@]+$"},"password":{"type":"string","minLength":1,"maxLength":256},"role":"Role"}}
AgentsPage: {"type":"object","required":["items","next"],"properties":{"items":{"type":"array","items":"Agent"},"next":{"anyOf":[{"type":"string"},{"type":"null"}]}}}
CallsPage: {"type":"object","required":["items","next"],"properties":{"items":{"type":"array","items":"Call"},"next":{"anyOf":[{"type":"string"},{"type":"null"}]}}}
CallsQuery: {"type":"object","properties":{"cursor":{"type":"string","maxLength":256},"limit":{"type":"integer","minimum":1,"maximum":100,"default":30},"visitor":{"type":"string","minLength":1,"maxLength":64},"agent":{"type":"string","minLength":1,"maxLength":64},"mode":{"anyOf":[{"type":"string","const":"audio"},{"type":"string","const":"video"}]},"from":{"type":"string","format":"date-time","description":"Begun at this moment or later: a full RFC 3339 timestamp, e.g. 2026-01-31T12:00:00Z."},"to":{"type":"string","format":"date-time","description":"Begun before this moment, which is not included: a full RFC 3339 timestamp."}}}
ChunkAnswer: {"type":"object","required":["recordingId","segment","seq","bytes","sha256"],"properties":{"recordingId":{"type":"string"},"segment":{"type":"integer"},"seq":{"type":"integer"},"bytes":{"type":"integer"},"sha256":{"type":"string"}}}
ChunkParams: {"type":"object","required":["id","segment","seq"],"properties":{"id":"Id","segment":{"type":"integer","minimum":1,"maximum":9999,"description":"As \`recording.start\` gave it; they count from 1."},"seq":{"type":"integer","minimum":0,"maximum":999999,"description":"The number of the chunk in its segment; they count from 0."}}}
CompleteAnswer: {"type":"object","required":["recording","missing"],"properties":{"recording":"Recording","missing":{"type":"array","items":{"type":"object","required":["segment","seqs"],"properties":{"segment":{"type":"integer"},"seqs":{"type":"array","items":{"type":"integer"}}}}}}}
CompleteBody: {"type":"object","required":["segments"],"properties":{"segments":{"type":"array","items":{"type":"object","required":["segment","chunks"],"properties":{"segment":{"type":"integer","minimum":1,"description":"As in the address of its chunks; they count from 1."},"chunks":{"type":"integer","minimum":0,"maximum":1000000,"description":"How many chunks it has: the last one's number and one more, because they count from 0."}}},"minItems":1,"maxItems":1000}}}
ConversationsPage: {"type":"object","required":["items","next"],"properties":{"items":{"type":"array","items":"Conversation"},"next":{"anyOf":[{"type":"string"},{"type":"null"}]}}}
ConversationsQuery: {"type":"object","properties":{"cursor":{"type":"string","maxLength":256},"limit":{"type":"integer","minimum":1,"maximum":100,"default":30},"status":{"anyOf":[{"type":"string","const":"open"},{"type":"string","const":"closed"}]},"visitor":{"type":"string","minLength":1,"maxLength":64},"unread":{"type":"boolean"}}}
IceServersAnswer: {"type":"object","required":["iceServers","expiresAt"],"properties":{"iceServers":{"type":"array","items":"IceServer"},"expiresAt":"Timestamp"}}
LoginBody: {"type":"object","required":["email","password"],"properties":{"email":{"type":"string","maxLength":254},"password":{"type":"string","minLength":1,"maxLength":256}}}
MessageBody: {"type":"object","required":["clientId","text"],"properties":{"clientId":"ClientId","text":{"type":"string","maxLength":20000},"note":{"type":"boolean"},"fileIds":{"type":"array","items":"Id"}}}
MessagesAnswer: {"type":"object","required":["items","next"],"properties":{"items":{"type":"array","items":"Message"},"next":{"anyOf":[{"type":"string"},{"type":"null"}]}}}
MessagesQuery: {"type":"object","properties":{"before":{"type":"integer","minimum":1},"after":{"type":"integer","minimum":0},"limit":{"type":"integer","minimum":1,"maximum":100,"default":50}}}
PageQuery: {"type":"object","properties":{"cursor":{"type":"string","maxLength":256},"limit":{"type":"integer","minimum":1,"maximum":100,"default":30}}}
ProblemBody: {"type":"object","required":["type","title","status","code"],"properties":{"type":{"type":"string"},"title":{"type":"string"},"status":{"type":"integer"},"code":{"type":"string"},"detail":{"type":"string"},"retryAfterMs":{"type":"integer"}}}
SessionAnswer: {"type":"object","required":["accessToken","expiresAt","agent"],"properties":{"accessToken":{"type":"string"},"expiresAt":"Timestamp","agent":"Agent"}}
SetupAnswer: {"type":"object","required":["agent","site"],"properties":{"agent":"Agent","site":"Site"}}
SetupBody: {"type":"object","required":["token","name","email","password"],"properties":{"token":{"type":"string","minLength":1,"maxLength":256},"name":{"type":"string","minLength":1,"maxLength":80,"pattern":"\\\\S"},"email":{"type":"string","minLength":3,"maxLength":254,"pattern":"^[^\\\\s@]+@[^\\\\s@]+$"},"password":{"type":"string","minLength":1,"maxLength":256}}}
SitePatch: {"type":"object","properties":{"name":{"type":"string","minLength":1,"maxLength":80,"pattern":"\\\\S"},"greeting":{"type":"string","maxLength":300},"origins":{"type":"array","items":{"type":"string","maxLength":300},"maxItems":100}}}
SitesPage: {"type":"object","required":["items","next"],"properties":{"items":{"type":"array","items":"Site"},"next":{"anyOf":[{"type":"string"},{"type":"null"}]}}}
VisitorAnswer: {"type":"object","required":["token","expiresAt","visitor"],"properties":{"token":{"type":"string"},"expiresAt":"Timestamp","visitor":{"type":"object","required":["id","name"],"properties":{"id":{"type":"string"},"name":{"type":"string"}}}}}
VisitorBody: {"type":"object","required":["siteKey"],"properties":{"siteKey":{"type":"string","minLength":1,"maxLength":128},"locale":{"type":"string","maxLength":35}}}
VisitorsPage: {"type":"object","required":["items","next"],"properties":{"items":{"type":"array","items":"Visitor"},"next":{"anyOf":[{"type":"string"},{"type":"null"}]}}}
WidgetConfig: {"type":"object","required":["site"],"properties":{"site":"SiteProfile"}}
`

exports[`protocol/wire.test.ts > TAP > [WS5] a change of the wire is a change of its snapshot (npx tap --snapshot protocol/wire.test.ts), and of docs/protocol.md > replies 1`] = `
hello: {"type":"object","required":["self","connectionId","heartbeatMs","serverTime","conversations","calls"],"properties":{"self":{"type":"object","required":["kind","id","name"],"properties":{"kind":"PrincipalKind","id":{"type":"string"},"name":{"type":"string"}}},"connectionId":{"type":"string"},"heartbeatMs":{"type":"integer"},"serverTime":{"type":"string"},"token":{"type":"string"},"site":{"type":"object","required":["id","name","greeting","locale","recording"],"properties":{"id":{"type":"string"},"name":{"type":"string"},"greeting":{"type":"string"},"locale":{"anyOf":[{"type":"string"},{"type":"null"}]},"recording":{"type":"object","required":["enabled","textVersion"],"properties":{"enabled":{"type":"boolean"},"textVersion":{"type":"string"}}}}},"presence":{"anyOf":["TeamPresence",{"type":"null"}]},"team":{"type":"array","items":{"type":"object","required":["id","name","status"],"properties":{"id":{"type":"string"},"name":{"type":"string"},"status":"PresenceStatus"}}},"conversations":{"type":"array","items":"Conversation"},"calls":{"type":"array","items":"Call"}}}
ping: {"type":"object","required":["serverTime"],"properties":{"type":{"type":"string","const":"pong"},"serverTime":{"type":"string"}}}
message.send: {"type":"object","required":["conversationId","message"],"properties":{"conversationId":{"type":"string"},"message":"Message"}}
history: {"type":"object","required":["messages","more"],"properties":{"messages":{"type":"array","items":"Message"},"more":{"type":"boolean"}}}
read: {"type":"object","required":["seq"],"properties":{"seq":{"type":"integer"}}}
typing: {"type":"object","properties":{}}
conversation.close: {"type":"object","required":["conversation"],"properties":{"conversation":"Conversation"}}
conversation.reopen: {"type":"object","required":["conversation"],"properties":{"conversation":"Conversation"}}
presence.set: {"type":"object","required":["status"],"properties":{"status":"PresenceStatus"}}
call.start: {"type":"object","required":["call","iceServers"],"properties":{"call":"Call","iceServers":{"type":"array","items":"IceServer"},"position":{"type":"integer"},"peerConnectionId":{"anyOf":[{"type":"string"},{"type":"null"}]}}}
call.accept: {"type":"object","required":["call","iceServers"],"properties":{"call":"Call","iceServers":{"type":"array","items":"IceServer"},"position":{"type":"integer"},"peerConnectionId":{"anyOf":[{"type":"string"},{"type":"null"}]}}}
call.resume: {"type":"object","required":["call","iceServers"],"properties":{"call":"Call","iceServers":{"type":"array","items":"IceServer"},"position":{"type":"integer"},"peerConnectionId":{"anyOf":[{"type":"string"},{"type":"null"}]}}}
call.decline: {"type":"object","required":["call"],"properties":{"call":"Call"}}
call.cancel: {"type":"object","required":["call"],"properties":{"call":"Call"}}
call.end: {"type":"object","required":["call"],"properties":{"call":"Call"}}
call.signal: {"type":"object","properties":{}}
call.media: {"type":"object","properties":{}}
consent: {"type":"object","required":["call"],"properties":{"call":"Call"}}
recording.start: {"type":"object","required":["recordingId","segment","startedAt"],"properties":{"recordingId":{"type":"string"},"segment":{"type":"integer"},"startedAt":{"type":"string"}}}
recording.stop: {"type":"object","required":["recordingId"],"properties":{"recordingId":{"type":"string"}}}
`

exports[`protocol/wire.test.ts > TAP > [WS5] a change of the wire is a change of its snapshot (npx tap --snapshot protocol/wire.test.ts), and of docs/protocol.md > requests 1`] = `
hello: {"type":"object","required":["token"],"properties":{"token":{"type":"string","minLength":1,"maxLength":4096},"resume":{"type":"object","patternProperties":{"^.*$":{"type":"integer","minimum":0,"maximum":9007199254740991}},"maxProperties":500},"client":{"type":"object","properties":{"name":{"type":"string","maxLength":64},"version":{"type":"string","maxLength":32}}}}}
ping: {"type":"object","properties":{}}
message.send: {"type":"object","required":["clientId","text"],"properties":{"conversationId":{"type":"string","minLength":1,"maxLength":64},"clientId":"ClientId","text":{"type":"string","maxLength":20000},"note":{"type":"boolean"},"fileIds":{"type":"array","items":"Id"}}}
history: {"type":"object","required":["conversationId"],"properties":{"conversationId":"Id","before":{"type":"integer","minimum":1,"maximum":9007199254740991},"after":{"type":"integer","minimum":0,"maximum":9007199254740991},"limit":{"type":"integer","minimum":1,"maximum":100}}}
read: {"type":"object","required":["conversationId","seq"],"properties":{"conversationId":"Id","seq":{"type":"integer","minimum":0,"maximum":9007199254740991}}}
typing: {"type":"object","required":["conversationId","on"],"properties":{"conversationId":"Id","on":{"type":"boolean"}}}
conversation.close: {"type":"object","required":["conversationId"],"properties":{"conversationId":"Id"}}
conversation.reopen: {"type":"object","required":["conversationId"],"properties":{"conversationId":"Id"}}
presence.set: {"type":"object","required":["status"],"properties":{"status":"PresenceStatus"}}
call.start: {"type":"object","required":["mode"],"properties":{"conversationId":{"type":"string","minLength":1,"maxLength":64},"mode":"CallMode","clientId":{"type":"string","pattern":"^[0-9A-Za-z-]{20,64}$"}}}
call.accept: {"type":"object","required":["callId"],"properties":{"callId":"Id"}}
call.decline: {"type":"object","required":["callId"],"properties":{"callId":"Id"}}
call.cancel: {"type":"object","required":["callId"],"properties":{"callId":"Id"}}
call.end: {"type":"object","required":["callId"],"properties":{"callId":"Id","reason":{"anyOf":[{"type":"string","const":"hangup"},{"type":"string","const":"left"},{"type":"string","const":"ice_failed"},{"type":"string","const":"media_failed"}]}}}
call.resume: {"type":"object","required":["callId"],"properties":{"callId":"Id"}}
call.signal: {"type":"object","required":["callId","data"],"properties":{"callId":"Id","data":{"anyOf":[{"type":"object","properties":{}},{"type":"null"}]},"epoch":{"type":"integer","minimum":1}}}
call.media: {"type":"object","required":["callId","audio","video"],"properties":{"callId":"Id","audio":{"type":"boolean"},"video":{"type":"boolean"},"screen":{"type":"boolean"},"held":{"type":"boolean"}}}
consent: {"type":"object","required":["callId","granted","textVersion","locale"],"properties":{"callId":"Id","granted":{"type":"boolean"},"textVersion":{"type":"string","minLength":1,"maxLength":32},"locale":{"type":"string","minLength":2,"maxLength":35}}}
recording.start: {"type":"object","required":["callId","mimeType","epochMs"],"properties":{"callId":"Id","mimeType":{"type":"string","pattern":"^(audio|video)/(webm|mp4)(;\\\\s*codecs=[A-Za-z0-9.,\\"_ -]{1,80})?$","maxLength":120},"epochMs":{"type":"number"}}}
recording.stop: {"type":"object","required":["callId"],"properties":{"callId":"Id"}}
`

exports[`protocol/wire.test.ts > TAP > [WS5] a change of the wire is a change of its snapshot (npx tap --snapshot protocol/wire.test.ts), and of docs/protocol.md > shapes 1`] = `
Agent: {"type":"object","required":["id","organisationId","name","email","role","createdAt"],"properties":{"id":{"type":"string"},"organisationId":{"type":"string"},"name":{"type":"string"},"email":{"type":"string"},"role":"Role","createdAt":"Timestamp"}}
Author: {"type":"object","required":["kind","id","name"],"properties":{"kind":{"anyOf":[{"type":"string","const":"visitor"},{"type":"string","const":"agent"},{"type":"string","const":"system"}]},"id":{"type":"string"},"name":{"type":"string"}}}
Call: {"type":"object","required":["id","conversationId","siteId","mode","state","visitor","startedBy","answeredBy","createdAt","answeredAt","endedAt","endReason","consents","recording"],"properties":{"id":{"type":"string"},"conversationId":{"type":"string"},"siteId":{"type":"string"},"mode":"CallMode","state":"CallState","visitor":"Named","startedBy":"Author","answeredBy":{"anyOf":["Author",{"type":"null"}]},"createdAt":"Timestamp","answeredAt":{"anyOf":["Timestamp",{"type":"null"}]},"endedAt":{"anyOf":["Timestamp",{"type":"null"}]},"endReason":{"anyOf":["CallEndReason",{"type":"null"}]},"consents":{"type":"object","properties":{"visitor":{"type":"boolean"},"agent":{"type":"boolean"}}},"recording":{"anyOf":[{"type":"object","required":["id","state","on","durationMs"],"properties":{"id":{"type":"string"},"state":"RecordingState","on":{"type":"boolean"},"durationMs":{"anyOf":[{"type":"integer"},{"type":"null"}]}}},{"type":"null"}]}}}
CallEndReason: {"anyOf":[{"type":"string","const":"cancelled"},{"type":"string","const":"declined"},{"type":"string","const":"no_answer"},{"type":"string","const":"busy"},{"type":"string","const":"visitor_hangup"},{"type":"string","const":"agent_hangup"},{"type":"string","const":"left"},{"type":"string","const":"ice_failed"},{"type":"string","const":"media_failed"},{"type":"string","const":"error"}]}
CallLine: {"type":"object","required":["id","mode","endReason","durationMs","recorded"],"properties":{"id":{"type":"string"},"mode":"CallMode","endReason":"CallEndReason","durationMs":{"type":"integer"},"recorded":{"type":"boolean"}}}
CallMode: {"anyOf":[{"type":"string","const":"audio"},{"type":"string","const":"video"}]}
CallState: {"anyOf":[{"type":"string","const":"ringing"},{"type":"string","const":"active"},{"type":"string","const":"ended"}]}
ClientId: {"type":"string","pattern":"^[0-9A-Za-z-]{20,64}$"}
Conversation: {"type":"object","required":["id","siteId","visitor","status","assignee","lastSeq","readSeq","unread","visitorReadSeq","agentsReadSeq","preview","lastMessageAt","createdAt","updatedAt"],"properties":{"id":{"type":"string"},"siteId":{"type":"string"},"visitor":"Named","status":{"anyOf":[{"type":"string","const":"open"},{"type":"string","const":"closed"}]},"assignee":{"anyOf":["Named",{"type":"null"}]},"lastSeq":{"type":"integer"},"readSeq":{"type":"integer"},"unread":{"type":"integer"},"visitorReadSeq":{"type":"integer"},"agentsReadSeq":{"type":"integer"},"preview":{"anyOf":["Preview",{"type":"null"}]},"lastMessageAt":"Timestamp","createdAt":"Timestamp","updatedAt":"Timestamp"}}
FileIds: {"type":"array","items":"Id"}
Gap: {"type":"object","required":["fromMs","toMs","reason"],"properties":{"fromMs":{"type":"integer"},"toMs":{"type":"integer"},"reason":{"type":"string"}}}
IceServer: {"type":"object","required":["urls"],"properties":{"urls":{"type":"array","items":{"type":"string"}},"username":{"type":"string"},"credential":{"type":"string"}}}
Id: {"type":"string","minLength":1,"maxLength":64}
Message: {"type":"object","required":["id","seq","clientId","conversationId","author","kind","text","createdAt"],"properties":{"id":{"type":"string"},"seq":{"type":"integer"},"clientId":{"type":"string"},"conversationId":{"type":"string"},"author":"Author","kind":{"anyOf":[{"type":"string","const":"text"},{"type":"string","const":"note"},{"type":"string","const":"call"}]},"text":{"type":"string"},"call":{"type":"object","required":["id","mode","endReason","durationMs","recorded"],"properties":{"id":{"type":"string"},"mode":"CallMode","endReason":"CallEndReason","durationMs":{"type":"integer"},"recorded":{"type":"boolean"}}},"createdAt":"Timestamp"}}
Named: {"type":"object","required":["id","name"],"properties":{"id":{"type":"string"},"name":{"type":"string"}}}
PresenceStatus: {"anyOf":[{"type":"string","const":"online"},{"type":"string","const":"busy"},{"type":"string","const":"away"},{"type":"string","const":"off"}]}
Preview: {"type":"object","required":["kind","authorKind","text"],"properties":{"kind":{"anyOf":[{"type":"string","const":"text"},{"type":"string","const":"note"},{"type":"string","const":"call"}]},"authorKind":{"anyOf":[{"type":"string","const":"visitor"},{"type":"string","const":"agent"},{"type":"string","const":"system"}]},"text":{"type":"string"},"call":{"type":"object","required":["id","mode","endReason","durationMs","recorded"],"properties":{"id":{"type":"string"},"mode":"CallMode","endReason":"CallEndReason","durationMs":{"type":"integer"},"recorded":{"type":"boolean"}}}}}
PrincipalKind: {"anyOf":[{"type":"string","const":"visitor"},{"type":"string","const":"agent"}]}
Recording: {"type":"object","required":["id","callId","conversationId","state","mimeType","startedAt","durationMs","bytes","sha256","gaps"],"properties":{"id":{"type":"string"},"callId":{"type":"string"},"conversationId":{"type":"string"},"state":"RecordingState","mimeType":{"type":"string"},"startedAt":"Timestamp","durationMs":{"anyOf":[{"type":"integer"},{"type":"null"}]},"bytes":{"anyOf":[{"type":"integer"},{"type":"null"}]},"sha256":{"anyOf":[{"type":"string"},{"type":"null"}]},"gaps":{"type":"array","items":"Gap"}}}
RecordingState: {"anyOf":[{"type":"string","const":"recording"},{"type":"string","const":"merging"},{"type":"string","const":"ready"},{"type":"string","const":"partial"},{"type":"string","const":"failed"}]}
Role: {"anyOf":[{"type":"string","const":"owner"},{"type":"string","const":"admin"},{"type":"string","const":"agent"}]}
Site: {"type":"object","required":["id","name","publishableKey","origins","greeting","createdAt"],"properties":{"id":{"type":"string"},"name":{"type":"string"},"publishableKey":{"type":"string"},"origins":{"type":"array","items":{"type":"string"}},"greeting":{"type":"string"},"createdAt":"Timestamp"}}
SiteProfile: {"type":"object","required":["id","name","greeting","locale","recording"],"properties":{"id":{"type":"string"},"name":{"type":"string"},"greeting":{"type":"string"},"locale":{"anyOf":[{"type":"string"},{"type":"null"}]},"recording":{"type":"object","required":["enabled","textVersion"],"properties":{"enabled":{"type":"boolean"},"textVersion":{"type":"string"}}}}}
TeamPresence: {"type":"object","required":["status"],"properties":{"status":{"anyOf":[{"type":"string","const":"online"},{"type":"string","const":"offline"}]}}}
Timestamp: {"type":"string","format":"date-time"}
Visitor: {"type":"object","required":["id","siteId","name","createdAt","lastSeenAt"],"properties":{"id":{"type":"string"},"siteId":{"type":"string"},"name":{"type":"string"},"createdAt":"Timestamp","lastSeenAt":"Timestamp"}}
WireError: {"type":"object","required":["code","message"],"properties":{"code":{"type":"string"},"message":{"type":"string"},"retryAfterMs":{"type":"integer"}}}
`
