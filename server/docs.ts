import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { PROBLEMS, type Code } from '../protocol/codes.ts';
import { PERMISSIONS, type Permission } from '../protocol/permissions.ts';
import type { May } from './auth/authenticate.ts';
import { finishDocument } from './finish-document.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** For the document alone: the body is bytes, of these media types. */
    takes?: readonly string[];
    /** For the document alone: headers that the route reads, with what they are for. */
    reads?: Readonly<Record<string, string>>;
    /** For the document alone: codes of refusals that neither the rule nor the description tells. */
    refuses?: readonly Code[];
  }
}

const codes = Object.entries(PROBLEMS).map(([code, { status, message }]) => `| \`${code}\` | ${status} | ${message} |`).join('\n');
const description = `Consultations on any website: chat, voice and video calls, recorded.

Chat, presence and the signaling of calls go over the WebSocket \`/v1/socket\` (see docs/protocol.md); what follows is the rest.
Over the socket a connection may send 300 frames at once and 100 a second, and a visitor write 120 messages at once and 20 a
second; a connection from which nothing comes for two heartbeats (50 s) is dropped, so a client that is silent sends \`ping\`.
Times are RFC 3339 in UTC. Lists are pages: give \`next\` back as \`cursor\`. Errors are RFC 9457 with a stable \`code\`:

| code | status | meaning |
|---|---|---|
${codes}`;

/** Who may use an operation, in words. */
function who(may: May | readonly May[]): string {
  return [may].flat().map((rule) => {
    if (rule === 'anyone') return 'anyone';
    if (rule === 'visitor') return 'visitors';
    const { roles, scope } = PERMISSIONS[rule as Permission];
    return `${roles.length === 3 ? 'agents' : roles.map((role) => `${role}s`).join(' and ')}${scope ? ` and API keys with the scope \`${rule}\`` : ''}`;
  }).join(', ');
}

const binary = { schema: { type: 'string', format: 'binary' } };
/** What answers without a schema sends bytes. */
const bytes = { description: 'The bytes.', content: { '*/*': binary } };

/** Collects the document from the schemas of the routes that are registered afterwards. Only what lies below /v1, and health. */
export async function registerDocument(app: FastifyInstance, { version, serverUrl }: { version: string; serverUrl: string | null }): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Peer Consult', version, description, license: { name: 'MIT', identifier: 'MIT' } },
      ...(serverUrl !== null && { servers: [{ url: serverUrl }] }),
      tags: [
        { name: 'conversations', description: 'What visitors and the team write to each other.' },
        { name: 'files', description: 'What goes with messages beside text.' },
        { name: 'visitors', description: 'Who came to the sites and spoke, what is known of them, and their right to it.' },
        { name: 'calls', description: 'Voice and video calls, live and over.' },
        { name: 'recordings', description: 'Recordings of calls: their facts, their media, and how their chunks come in.' },
        { name: 'sites', description: 'Websites with the tag: where it may stand, how it looks, what it asks.' },
        { name: 'tags', description: 'Words that conversations are sorted by.' },
        { name: 'canned replies', description: 'Answers that are written once.' },
        { name: 'saved filters', description: 'Views of the inbox that an agent keeps.' },
        { name: 'presence', description: 'Who of the team is there.' },
        { name: 'reports', description: 'How much there was to do, and how it went.' },
        { name: 'developers', description: 'API keys and webhooks; see docs/api.md.' },
        { name: 'audit', description: 'Who did what.' },
        { name: 'team', description: 'Agents and invitations.' },
        { name: 'organisation', description: 'Its name, and its mails.' },
        { name: 'auth', description: 'Signing in and out, and one\'s own account.' },
        { name: 'push', description: 'Browsers of agents that want to be told while no panel is open.' },
        { name: 'visitor session', description: 'What the element on a website calls.' },
        { name: 'operations', description: 'For whoever runs the server.' },
      ],
      components: {
        securitySchemes: {
          agent: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'The `accessToken` of `POST /v1/auth/login`.' },
          key: { type: 'http', scheme: 'bearer', description: 'An API key (`pck_…`) with the scope that the operation names.' },
          visitor: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'The `token` of `POST /v1/visitors`.' },
          media: { type: 'apiKey', in: 'cookie', name: 'pc_media', description: 'For `<audio>` and `<video>`, which send no header. Set when signing in.' },
        },
      },
    },
    transform({ schema, url, route }) {
      const { may, mediaCookie, takes, reads = {}, refuses } = route.config ?? {};
      const described = may !== undefined && url !== '/v1/socket' && (url.startsWith('/v1/') || url === '/healthz' || url === '/readyz' || url === '/metrics');
      if (!described || route.method === 'HEAD') return { schema: { ...schema, hide: true }, url };
      const rules = [may].flat();
      const schemes = rules.includes('anyone') ? [] : [
        ...(rules.some((rule) => rule !== 'visitor') ? ['agent'] : []), ...(rules.some((rule) => rule !== undefined && rule in PERMISSIONS && PERMISSIONS[rule as Permission].scope) ? ['key'] : []), ...(rules.includes('visitor') ? ['visitor'] : []), ...(mediaCookie ? ['media'] : []),
      ];
      return {
        url,
        schema: {
          ...schema,
          // For programs, as the table in protocol/permissions.ts has it: `anyone`, `visitor`, or permissions.
          'x-may': rules,
          ...(refuses && { 'x-refuses': refuses }),
          ...(schemes.length > 0 && { security: schemes.map((scheme) => ({ [scheme]: [] })) }),
          description: `${schema?.description ? `${schema.description} ` : ''}For ${who(may)}.`,
          ...(takes && { body: { content: Object.fromEntries(takes.map((type) => [type, binary])) } }),
          ...(Object.keys(reads).length > 0 && { headers: { type: 'object', properties: Object.fromEntries(Object.entries(reads).map(([name, words]) => [name, { type: 'string', description: words }])) } }),
          response: schema?.response ?? { 200: bytes, ...('range' in reads && { 206: bytes }) },
        },
      };
    },
    transformObject: (collected) => ('openapiObject' in collected ? finishDocument(collected.openapiObject) : collected.swaggerObject),
  });
}

/** The reference page. */
export async function registerReference(app: FastifyInstance): Promise<void> {
  await app.register(fastifySwaggerUi, {
    routePrefix: '/docs',
    staticCSP: false,
    theme: { title: 'Peer Consult: API', css: [{ filename: 'theme.css', content: '.swagger-ui .topbar { display: none; }' }] },
    uiConfig: { docExpansion: 'list', deepLinking: true },
    uiHooks: {
      // Swagger UI writes style attributes; scripts are its own files alone.
      onRequest: (_request, reply, next) => {
        reply.header('content-security-policy', "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
        next();
      },
    },
  });
}
