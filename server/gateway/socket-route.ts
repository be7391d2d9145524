import websocket from '@fastify/websocket';
import type { FastifyInstance } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { CLOSE } from '../../protocol/codes.ts';
import { MAX_FRAME_BYTES, SUBPROTOCOL } from '../../protocol/version.ts';
import { addressClass } from '../address-class.ts';
import { problem } from '../errors.ts';
import type { Gateway } from './gateway.ts';

/** Where the socket is. */
export const SOCKET_PATH = '/v1/socket';

/**
 * The door to the gateway. Register it before the routes: its hook turns upgrades of any other address away with 404.
 *
 * A wrong subprotocol is an HTTP 400. A wrong Origin is a handshake and then 4003, because a browser shows its page nothing
 * of an HTTP refusal.
 */
export const socketRoute = fastifyPlugin<{ gateway: Gateway }>(async (app: FastifyInstance, { gateway }) => {
  await app.register(websocket, {
    options: {
      maxPayload: MAX_FRAME_BYTES,
      perMessageDeflate: false, // divides the throughput by ten
      handleProtocols: (offered: Set<string>) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    },
    // Connection listens to the errors itself; ending the socket here would cut off the close code that ws sends.
    errorHandler: (error, _socket, request) => request.log.debug({ err: error }, 'WebSocket error'),
    preClose(done) {
      gateway.stop();
      this.websocketServer.close();
      done();
    },
  });

  app.addHook('onRequest', async (request) => {
    if (!request.ws) return;
    if (request.routeOptions.url !== SOCKET_PATH) throw problem('not_found');
    const offered = request.headers['sec-websocket-protocol'];
    if (offered !== undefined && !offered.split(',').some((name) => name.trim() === SUBPROTOCOL)) {
      throw problem('bad_request', `The subprotocol has to be ${SUBPROTOCOL}.`);
    }
  });

  app.route({
    method: 'GET',
    url: SOCKET_PATH,
    config: { may: 'anyone' },
    handler() {
      throw problem('bad_request', `This address speaks WebSocket (${SUBPROTOCOL}).`);
    },
    async wsHandler(socket, request) {
      const { origin } = request.headers;
      socket.pause(); // what arrives meanwhile waits below
      const welcome = await gateway.origins.mayUpgrade(origin).catch((error: unknown) => {
        request.log.error({ err: error }, 'the origin could not be checked');
        return false;
      });
      if (welcome) gateway.accept(socket, request.raw.socket, origin, addressClass(request.ip));
      else socket.close(CLOSE.forbidden, 'this origin is not allowed');
      socket.resume();
    },
  });
}, { name: 'socket-route' });
