import fastifyCookie from '@fastify/cookie';
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { SCOPES } from '../protocol/permissions.ts';
import { apiKeysRoutes } from './api-keys/api-keys.routes.ts';
import { createApiKeysStore } from './api-keys/api-keys.store.ts';
import { createApiKeys } from './api-keys/api-keys.ts';
import { createAudit } from './audit/audit.ts';
import { auditRoutes } from './audit/audit.routes.ts';
import { createAuditStore } from './audit/audit.store.ts';
import { createAccount } from './auth/account.ts';
import { accountRoutes } from './auth/account.routes.ts';
import { createAuth } from './auth/auth.ts';
import { authRoutes } from './auth/auth.routes.ts';
import { createAuthStore } from './auth/auth.store.ts';
import { authenticate } from './auth/authenticate.ts';
import { createOidc } from './auth/oidc.ts';
import { oidcRoutes } from './auth/oidc.routes.ts';
import { createOidcStore } from './auth/oidc.store.ts';
import type { OidcProvider } from './auth/oidc-provider.ts';
import { createPasswordResets } from './auth/password-resets.ts';
import { passwordResetsRoutes } from './auth/password-resets.routes.ts';
import { createPasswordResetsStore } from './auth/password-resets.store.ts';
import { createPasswords, type PasswordCost } from './auth/passwords.ts';
import { createRefreshTokens } from './auth/refresh-tokens.ts';
import { createSessionCookies } from './auth/session-cookies.ts';
import { createSignIns } from './auth/sign-ins.ts';
import { registerTokens } from './auth/tokens.ts';
import type { BlobStore } from './blobs/blobs.ts';
import { createCallFollowUpsStore } from './calls/call-follow-ups.store.ts';
import { callsConnections, callsFrames } from './calls/calls.frames.ts';
import { callsRoutes } from './calls/calls.routes.ts';
import { chatPlacesFrames } from './calls/chat-places.frames.ts';
import { createChatPlaces } from './calls/chat-places.ts';
import { callView } from './calls/call-view.ts';
import { createCallsStore } from './calls/calls.store.ts';
import { createCalls } from './calls/calls.ts';
import { createIceServers } from './calls/ice-servers.ts';
import { createRecordingLight } from './calls/recording-light.ts';
import { createWaitingChatsStore } from './calls/waiting-chats.store.ts';
import { createCatchUp } from './chat/catch-up.ts';
import { chatFrames } from './chat/chat.frames.ts';
import { chatRoutes } from './chat/chat.routes.ts';
import { messageOnWire } from './chat/chat-shapes.ts';
import { createChatStore } from './chat/chat.store.ts';
import { createChat, type Chat } from './chat/chat.ts';
import { createConversationExports } from './chat/conversation-export.ts';
import { createConversationRemovalStore } from './chat/conversation-removal.store.ts';
import { createConversationWorkStore } from './chat/conversation-work.store.ts';
import { createPins } from './chat/pins.ts';
import { createPinsStore } from './chat/pins.store.ts';
import { createRoomsStore } from './chat/rooms.store.ts';
import { roomsFrames } from './chat/rooms.frames.ts';
import { roomsRoutes } from './chat/rooms.routes.ts';
import { createTransferStore } from './chat/transfer.store.ts';
import { createTyping, typingListener } from './chat/typing.ts';
import { createViewers, viewersListener } from './chat/viewers.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import { registerCrossOrigin } from './cross-origin.ts';
import { demo } from './demo.ts';
import { registerDocument, registerReference } from './docs.ts';
import { createEvents } from './events/events.ts';
import { filesRoutes } from './files/files.routes.ts';
import { createFilesStore } from './files/files.store.ts';
import { createFiles } from './files/files.ts';
import { createGateway } from './gateway/gateway.ts';
import { createOriginRules } from './gateway/origin-rules.ts';
import { socketRoute } from './gateway/socket-route.ts';
import { visitorWelcome } from './gateway/visitor-welcome.ts';
import { handoffsRoutes } from './handoffs/handoffs.routes.ts';
import { createHandoffsStore } from './handoffs/handoffs.store.ts';
import { createHandoffs } from './handoffs/handoffs.ts';
import { health } from './health.ts';
import { problem } from './errors.ts';
import { answerBrokenClient, answerError, httpErrors } from './http-errors.ts';
import type { Bus } from './hub/bus.ts';
import { createHub } from './hub/create-hub.ts';
import { createMail } from './mail/mail.ts';
import { createNotices } from './mail/notices.ts';
import { createNoticesStore } from './mail/notices.store.ts';
import { createTranscripts } from './mail/transcripts.ts';
import { transcriptsFrames } from './mail/transcripts.frames.ts';
import { transcriptsRoutes } from './mail/transcripts.routes.ts';
import { mailRoutes } from './mail/mail.routes.ts';
import { createMailStore } from './mail/mail.store.ts';
import type { Mailer } from './mail/mailer.ts';
import { createMetrics, metricsRoute } from './metrics.ts';
import { createOrganisations, type Organisations, type SetupToken } from './organisations/organisations.ts';
import { organisationsRoutes } from './organisations/organisations.routes.ts';
import { createOrganisationsStore } from './organisations/organisations.store.ts';
import type { Outbound } from './outbound/outbound.ts';
import { listeningPort, originsOf } from './own-origins.ts';
import { packageRoot } from './package-root.ts';
import { createPictures } from './pictures/pictures.ts';
import { picturesRoutes } from './pictures/pictures.routes.ts';
import { presenceFrames, presenceListener } from './presence/presence.frames.ts';
import { presenceRoutes } from './presence/presence.routes.ts';
import { createPresenceStore } from './presence/presence.store.ts';
import { createPresence } from './presence/presence.ts';
import { registerRateLimits } from './rate-limits.ts';
import { createFinaliser } from './recordings/finaliser.ts';
import type { MergeRunner } from './recordings/merge/merge-runner.ts';
import { createLegalHoldStore } from './recordings/legal-hold.store.ts';
import { createLegalHolds } from './recordings/legal-hold.ts';
import { playbackRoutes } from './recordings/playback.routes.ts';
import { createRecordingTimelineStore } from './recordings/recording-timeline.store.ts';
import { createRecordingTimelines } from './recordings/recording-timeline.ts';
import { recordingsFrames } from './recordings/recordings.frames.ts';
import { recordingsRoutes } from './recordings/recordings.routes.ts';
import { createRecordingsStore } from './recordings/recordings.store.ts';
import { createRecordings, erase } from './recordings/recordings.ts';
import { signingKey } from './recordings/signing-key.ts';
import type { WaveformRunner } from './recordings/waveform-runner.ts';
import { createWaveforms } from './recordings/waveforms.ts';
import { createRetentionStore } from './retention/retention.store.ts';
import { createRetention } from './retention/retention.ts';
import { createRoutingStore } from './routing/routing.store.ts';
import { createRouting } from './routing/routing.ts';
import type { Secrets } from './secrets.ts';
import { registerSecurityHeaders } from './security-headers.ts';
import { createSearchFollower } from './search/search-follower.ts';
import { searchRoutes } from './search/search.routes.ts';
import { createSearchStore } from './search/search.store.ts';
import { createSearch } from './search/search.ts';
import { createInstallChecks } from './sites/install-check.ts';
import { createSiteDesk } from './sites/site-desk.ts';
import { sitesRoutes } from './sites/sites.routes.ts';
import { createSitesStore } from './sites/sites.store.ts';
import { createPush } from './push/push.ts';
import { pushRoutes } from './push/push.routes.ts';
import { createPushStore } from './push/push.store.ts';
import { createReports } from './reports/reports.ts';
import { reportsRoutes } from './reports/reports.routes.ts';
import { createReportsStore } from './reports/reports.store.ts';
import { createSites } from './sites/sites.ts';
import { staticPages } from './static.ts';
import type { Database } from './store/database.ts';
import { createInvitations } from './team/invitations.ts';
import { invitationsRoutes } from './team/invitations.routes.ts';
import { createInvitationsStore } from './team/invitations.store.ts';
import { teamRoutes } from './team/team.routes.ts';
import { createTeamStore } from './team/team.store.ts';
import { createTeam } from './team/team.ts';
import { checkBySchema, writeBySchema } from './validation.ts';
import { createIdentify } from './visitors/identify.ts';
import { createIdentifyStore } from './visitors/identify.store.ts';
import { createTimeline } from './visitors/timeline.ts';
import { createTimelineStore } from './visitors/timeline.store.ts';
import { createVisitorData } from './visitors/visitor-data.ts';
import { createVisitorDataStore } from './visitors/visitor-data.store.ts';
import { createVisitorFacts } from './visitors/visitor-facts.ts';
import { visitorsFrames, visitorsListener } from './visitors/visitors.frames.ts';
import { createVisitorsOnline } from './visitors/visitors-online.ts';
import { visitorsRoutes } from './visitors/visitors.routes.ts';
import { createVisitorsStore } from './visitors/visitors.store.ts';
import { createVisitors } from './visitors/visitors.ts';
import { createDeliveriesStore } from './webhooks/deliveries.store.ts';
import { createMissedEventsStore } from './webhooks/missed-events.store.ts';
import { webhooksRoutes } from './webhooks/webhooks.routes.ts';
import { createWebhooksStore } from './webhooks/webhooks.store.ts';
import { createWebhooks, type Webhooks } from './webhooks/webhooks.ts';
import { workspaceRoutes } from './workspace/workspace.routes.ts';
import { createWorkspaceStore } from './workspace/workspace.store.ts';
import { createWorkspace } from './workspace/workspace.ts';

/** The engines that an app runs on, all open. Closing them is the caller's. */
export interface AppParts {
  config: Pick<Config, 'host' | 'port' | 'publicOrigin' | 'trustProxy' | 'rateLimits' | 'ice' | 'metricsToken'>;
  secrets: Secrets;
  setupToken: SetupToken;
  database: Database;
  bus: Bus;
  blobs: BlobStore;
  /** For bytes that come in, and are not whole yet. */
  tempDir: string;
  merges: MergeRunner;
  waveforms: WaveformRunner;
  /** The way to addresses that other people give. */
  outbound: Outbound;
  /** Null: no mail is sent. */
  mailer: Mailer | null;
  /** Null: agents sign in by password alone. */
  oidcProvider: OidcProvider | null;
  clock: Clock;
  logger: Logger;
  /** Tests hash cheaply. */
  passwordCost?: PasswordCost;
}

/** The server without its engines. */
export interface App {
  fastify: FastifyInstance;
  organisations: Organisations;
  /** Where its own pages are served from, once it listens. */
  ownOrigins(): string[];
  /** Makes what the first start makes, and takes up what an earlier process left: calls, merges. After it listens. */
  start(): Promise<void>;
  /** Ends in order: tells sockets to come back, lets answers out, gives up the merge that runs. Engines stay open. */
  stop(): Promise<void>;
}

// How soon clients should come back after a restart, ms.
const comeBackMs = 1000;
// Answers under way get this long when the server ends, ms; a download that takes longer is cut, and taken up by Range.
const lastAnswersMs = 1500;
// JSON that people and programs send is small; recordings have a parser of their own.
const bodyLimit = 128 * 1024;

/** Builds the server: every use case with what it needs, then the list of what answers, in order. */
export async function buildApp(parts: AppParts): Promise<App> {
  const { config, secrets, database, bus, blobs, merges, clock, logger } = parts;
  let draining = false;
  const failed = (error: unknown, what = 'background') => logger.error({ err: error, what }, 'Something failed and will be tried again.');

  const fastify: FastifyInstance = Fastify({
    loggerInstance: frameworkLog(logger), logController: new LogController({ disableRequestLogging: true }), genReqId: () => clock.id(), requestIdHeader: false, trustProxy: config.trustProxy,
    bodyLimit, routerOptions: { maxParamLength: 256 }, return503OnClosing: false, forceCloseConnections: 'idle',
    requestTimeout: 900_000, // 100 MiB over a line of 1 Mbit/s; a head has 60 s
    keepAliveTimeout: 72_000, // longer than the 60 s of common proxies
    frameworkErrors: answerError, clientErrorHandler: answerBrokenClient,
  });
  fastify.setValidatorCompiler(checkBySchema);
  fastify.setSerializerCompiler(writeBySchema);
  fastify.removeContentTypeParser(['text/plain', 'application/json']);
  // Many clients name the type on every request. Where a body is needed, its schema misses an empty one.
  const json = fastify.getDefaultJsonParser('error', 'error');
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body: string, done) => void (body === '' ? done(null) : json(request, body, done)));
  const ownOrigins = () => originsOf(config, listeningPort(fastify) ?? config.port);

  // The use cases.
  const tokens = await registerTokens(fastify, { secret: secrets.tokenSecret, clock });
  const audit = createAudit({ store: createAuditStore(database), clock, failed });
  const events = createEvents({ failed });
  const mail = createMail({ store: createMailStore(database), mailer: parts.mailer, clock, ownOrigins, failed });
  const apiKeys = createApiKeys({ store: createApiKeysStore(database), audit, clock, failed });
  const hub = await createHub({ bus, failed: (error) => failed(error, 'bus') });
  const sitesStore = createSitesStore(database);
  const sites = createSites({ store: sitesStore, clock, ownOrigins });
  const pictures = createPictures({ blobs, clock });
  const desk = createSiteDesk({ store: sitesStore, sites, pictures, audit, hub, clock });
  const installChecks = createInstallChecks({
    sites, outbound: parts.outbound, ownOrigins,
    async ownPage(path) {
      const { statusCode, headers, rawPayload } = await fastify.inject({ url: path });
      return { status: statusCode, headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])), body: rawPayload };
    },
  });
  const passwords = createPasswords({ clock, ...(parts.passwordCost && { cost: parts.passwordCost }) });
  const authStore = createAuthStore(database);
  const refreshTokens = createRefreshTokens({ secret: secrets.refreshSecret, clock });
  const signIns = createSignIns({ store: authStore, tokens, refreshTokens, hub, audit, clock });
  const auth = createAuth({ store: authStore, tokens, refreshTokens, passwords, signIns, audit, clock, throttled: config.rateLimits });
  const account = createAccount({ store: authStore, signIns, audit, clock });
  const accountParts = { mail, passwords, signIns, audit, clock, ownOrigins, failed, throttled: config.rateLimits };
  const passwordResets = createPasswordResets({ store: createPasswordResetsStore(database), ...accountParts });
  const invitations = createInvitations({ store: createInvitationsStore(database), ...accountParts });
  const secure = config.publicOrigin?.startsWith('https:') ?? false;
  const cookies = createSessionCookies({ secure });
  const provider = parts.oidcProvider;
  const oidc = provider && createOidc({ provider, store: createOidcStore(database), tokens, signIns, audit, clock, failed });
  const organisations = createOrganisations({ store: createOrganisationsStore(database), sites, passwords, setupToken: parts.setupToken, mail, audit, clock, ownOrigins });
  const team = createTeam({ store: createTeamStore(database), passwords, signIns, hub, audit, clock });
  const online = createVisitorsOnline({ hub, clock });
  const visitorsStore = createVisitorsStore(database);
  const visitors = createVisitors({ store: visitorsStore, sites, auth, online, events, audit, clock, failed });
  const facts = createVisitorFacts({ store: visitorsStore, online, sites, visitors, events, clock, failed });
  const verify = async (token: string) => {
    const principal = await auth.verify(token);
    if (principal.kind !== 'visitor') return principal;
    // An archived site is gone for its visitors, whatever they come by.
    const site = await sites.byId(principal.organisationId, principal.siteId);
    if (site?.archivedAt !== null) throw problem('not_found');
    return visitors.current(principal);
  };
  const presence = createPresence({ store: createPresenceStore(database), hub, clock, failed: (error) => failed(error, 'presence') });
  const notices = createNotices({
    store: createNoticesStore(database), mail, sites, clock, ownOrigins, failed, agentsOnline: (organisationId) => presence.agentsOnline(organisationId),
    visitorOnline: (visitorId) => visitors.isOnline(visitorId),
  });
  events.listen((event) => notices.heard(event));
  const push = createPush({
    store: createPushStore(database), outbound: parts.outbound, clock, failed,
    sender: { ...secrets.vapid, subject: pushContact(mail.from, config.publicOrigin) },
    connected: (agentId) => hub.has(`agent:${agentId}`) || presence.statusOf(agentId) !== 'off',
  });
  events.listen((event) => push.heard(event));
  const recordingsStore = createRecordingsStore(database);
  const files = createFiles({
    store: createFilesStore(database), blobs, tempDir: parts.tempDir, sites, clock, limited: config.rateLimits, failed, member: (asker, id) => chat.member(asker, id),
  });
  const searchStore = createSearchStore(database);
  const searchFollower = createSearchFollower({ store: searchStore, clock, failed });
  const search = createSearch({ store: searchStore, follower: searchFollower, onWire: messageOnWire, conversation: (asker, id) => chat.conversation(asker, id) });
  const chat: Chat = createChat({
    store: createChatStore(database), workStore: createConversationWorkStore(database), removalStore: createConversationRemovalStore(database), roomsStore: createRoomsStore(database), transferStore: createTransferStore(database),
    hub, events, visitors, sites, audit, clock, botFor: (organisationId) => webhooks.botFor(organisationId), eraseRecording: (recording) => erase(recordingsStore, blobs, recording), files, search: { ...search, note: searchFollower.note }, failed,
  });
  const iceServers = createIceServers({ ...config.ice, clock });
  const light = createRecordingLight();
  const calls = createCalls({
    store: createCallsStore(database), followUps: createCallFollowUpsStore(database), waitingChats: createWaitingChatsStore(database),
    hub, events, clock, audit, chat, presence, sites, visitors, iceServers, light, search, failed,
  });
  presence.observe(calls.teamChanged);
  const places = createChatPlaces({ store: createWaitingChatsStore(database), hub, clock, presence, member: (visitor, id) => chat.member(visitor, id), failed });
  events.listen(places.heard);
  presence.observe(places.teamChanged);
  calls.observe({ turned: (call, agentIds) => push.rings(call.organisationId, callView(call, false), agentIds) });
  hub.watchClosing(calls.revoked);
  const vouching = signingKey(secrets.signingSeed);
  const finaliser = createFinaliser({ store: recordingsStore, blobs, runner: merges, hub, events, clock, signingKey: vouching, alone: database.engine === 'sqlite', failed });
  const recordings = createRecordings({ store: recordingsStore, blobs, calls, hub, clock, light, audit, sites, due: () => finaliser.kick() });
  const waveforms = createWaveforms({ store: recordingsStore, blobs, runner: parts.waveforms, clock, failed });
  events.listen((event) => void (event.type === 'recording.ready' && waveforms.merged(event.organisationId, event.recording.id)));
  const timelines = createRecordingTimelines({ store: createRecordingTimelineStore(database), recordings: recordingsStore, calls, audit });
  const holds = createLegalHolds({ store: createLegalHoldStore(database), recordings: recordingsStore, calls, audit, clock, released: () => void visitorData.resume().catch(failed) });
  const routing = createRouting({ store: createRoutingStore(database), chat, presence, clock, failed });
  events.listen(routing.heard);
  presence.observe(routing.presenceChanged);
  const retention = createRetention({ store: createRetentionStore(database), chat, recordings, audit, clock, failed });
  const workspace = createWorkspace({ store: createWorkspaceStore(database), audit, clock });
  const conversationExports = createConversationExports({ chat, calls, recordings, sites });
  const transcripts = createTranscripts({ chat, exports: conversationExports, sites, store: createNoticesStore(database), mail, audit, clock });
  const viewers = createViewers({ chat, hub });
  const pins = createPins({ store: createPinsStore(database), chat, hub, clock });
  const typing = createTyping({ chat, clock });
  const timelineStore = createTimelineStore(database);
  const identify = createIdentify({ store: createIdentifyStore(database), sites, auth, visitors, online, chat, hub, events, clock, failed });
  const handoffs = createHandoffs({ store: createHandoffsStore(database), sites, visitors, auth, clock, failed });
  const timeline = createTimeline({
    store: timelineStore, visitors: visitorsStore, sites,
    readers: { conversation: (asker, id) => chat.conversation(asker, id), call: (asker, id) => calls.get(asker, id), recording: (asker, id) => recordings.get(asker, id) },
  });
  const visitorData = createVisitorData({
    store: createVisitorDataStore(database), holds, visitorsStore, timelineStore, visitors, online, exports: conversationExports, chat, hub, files, audit, clock, failed,
  });
  const onBehalf = (organisationId: string) => ({ kind: 'key', id: '', name: '', organisationId, scopes: SCOPES } as const);
  const webhooks: Webhooks = createWebhooks({
    store: createWebhooksStore(database), deliveries: createDeliveriesStore(database), missed: createMissedEventsStore(database),
    outbound: parts.outbound, events, chat, audit, clock, failed,
    described: {
      message: messageOnWire,
      conversation: (organisationId, id) => chat.conversation(onBehalf(organisationId), id),
      call: (organisationId, id) => calls.get(onBehalf(organisationId), id),
      recording: (organisationId, id) => recordings.get(onBehalf(organisationId), id),
      visitor: (organisationId, id) => visitors.get(organisationId, id),
    },
  });
  const gateway = createGateway({
    clock, hub, log: logger, verify, origins: createOriginRules(sites), limited: config.rateLimits,
    handlers: [...chatFrames({ chat, viewers, typing }), ...roomsFrames({ chat, pins }), ...presenceFrames(presence), ...callsFrames(calls, sites), ...chatPlacesFrames(places), ...recordingsFrames(recordings), ...transcriptsFrames(transcripts), ...visitorsFrames(facts)],
    listeners: [presenceListener(presence), visitorWelcome({ auth, sites, clock }), callsConnections(calls), createCatchUp({ chat, pins, hub }), viewersListener(viewers), typingListener(typing), visitorsListener({ facts, online })],
  });

  const metrics = createMetrics({ events, connections: () => gateway.connections });

  // What stands before every answer.
  await fastify.register(httpErrors);
  await registerSecurityHeaders(fastify, { https: secure });
  fastify.addHook('onResponse', async (request, reply) => {
    // The pattern and not the address: an address holds ids, and its query what somebody put there.
    metrics.answered(request.routeOptions.url ?? 'none', request.method, reply.statusCode, reply.elapsedTime / 1000);
    logger.debug({ requestId: request.id, method: request.method, route: request.routeOptions.url, status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, 'request');
  });
  fastify.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    if (draining) reply.header('connection', 'close');
  });
  await registerCrossOrigin(fastify, { sites });
  await fastify.register(fastifyCookie);
  await fastify.register(authenticate, {
    auth: { verify, verifyMedia: (token) => auth.verifyMedia(token) }, verifyKey: apiKeys.verifyKey, publicPrefixes: ['/docs'],
    originAllowed: async ({ organisationId, siteId }, origin) => {
      const site = await sites.byId(organisationId, siteId);
      return site?.archivedAt === null && sites.allows(site, origin);
    },
  });
  if (config.rateLimits) await registerRateLimits(fastify);
  await registerDocument(fastify, { version: packageVersion(), serverUrl: config.publicOrigin });

  // What answers.
  await fastify.register(socketRoute, { gateway });
  await fastify.register(organisationsRoutes, { organisations });
  await fastify.register(authRoutes, { auth, cookies, ownOrigins, ways: async () => ({ password: true, oidc: provider && { name: provider.name }, mail: mail.configured, unclaimed: !(await organisations.hasOwner()) }) });
  await fastify.register(oidcRoutes, { oidc, cookies, ownOrigins, secure });
  await fastify.register(accountRoutes, { account, cookies });
  await fastify.register(passwordResetsRoutes, { passwordResets });
  await fastify.register(teamRoutes, { team });
  await fastify.register(invitationsRoutes, { invitations, cookies });
  await fastify.register(sitesRoutes, { sites, desk, installChecks });
  await fastify.register(picturesRoutes, { pictures });
  await fastify.register(visitorsRoutes, { visitors, identify, timeline, data: visitorData });
  await fastify.register(handoffsRoutes, { handoffs });
  await fastify.register(chatRoutes, { chat, exports: conversationExports });
  await fastify.register(roomsRoutes, { chat, pins });
  await fastify.register(filesRoutes, { files, clock });
  await fastify.register(searchRoutes, { search });
  await fastify.register(workspaceRoutes, { workspace });
  await fastify.register(presenceRoutes, { presence });
  await fastify.register(callsRoutes, { calls, iceServers });
  await fastify.register(recordingsRoutes, { recordings, signingKey: vouching });
  await fastify.register(playbackRoutes, { waveforms, timelines, holds });
  await fastify.register(mailRoutes, { mail });
  await fastify.register(transcriptsRoutes, { transcripts });
  await fastify.register(pushRoutes, { push });
  await fastify.register(reportsRoutes, { reports: createReports({ store: createReportsStore(database) }) });
  await fastify.register(apiKeysRoutes, { apiKeys });
  await fastify.register(webhooksRoutes, { webhooks });
  await fastify.register(auditRoutes, { audit });
  await fastify.register(health, {
    clock, draining: () => draining,
    dependencies: [{ name: 'database', check: () => database.check() }, { name: 'bus', check: () => bus.check() }, { name: 'blobs', check: () => blobs.check() }],
  });
  await fastify.register(metricsRoute, { metrics, token: config.metricsToken, trustsProxy: config.trustProxy !== false });
  await fastify.register(demo, { folder: join(packageRoot, 'widget/demo'), sites, ownOrigins });
  await fastify.register(staticPages, { widgetFolder: join(packageRoot, 'dist/widget'), adminFolder: join(packageRoot, 'dist/admin'), ownOrigins, mediaOrigin: blobs.signedOrigin });
  await registerReference(fastify);
  await fastify.ready();

  return {
    fastify, organisations, ownOrigins,
    async start() {
      await calls.recover();
      await finaliser.start();
      routing.start();
      retention.start();
      searchFollower.start();
      files.start();
      facts.start();
      handoffs.start();
      await visitorData.resume();
      mail.start();
      await notices.start();
      push.start();
      await webhooks.start();
    },
    async stop() {
      draining = true;
      await gateway.drain(comeBackMs);
      const cut = clock.after(lastAnswersMs, () => fastify.server.closeAllConnections());
      await fastify.close();
      cut.cancel();
      calls.close();
      places.close();
      await Promise.all([routing.close(), retention.close(), files.close(), searchFollower.close()]);
      await finaliser.close();
      await waveforms.close();
      facts.close();
      handoffs.close();
      online.close();
      await passwordResets.settled();
      await notices.close();
      await push.close();
      await webhooks.close();
      await mail.close();
      await audit.close();
      await hub.stop();
    },
  };
}

/** The framework's own news (each address that it listens on) are no use to somebody who has just read ours. */
function frameworkLog(logger: Logger): FastifyBaseLogger {
  return logger.level === 'info' ? logger.child({}, { level: 'warn' }) : logger;
}

/** Whom a push service can turn to: it takes a mail address or an https origin. */
function pushContact(from: string | null, publicOrigin: string | null): string {
  if (from !== null) return `mailto:${from}`;
  return publicOrigin?.startsWith('https:') ? publicOrigin : 'mailto:peer-consult@localhost';
}

function packageVersion(): string {
  return (JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }).version;
}
