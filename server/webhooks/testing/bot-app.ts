import type { Test } from 'tap';
import type { Delivery, WebhookAnswer } from '../../../protocol/developers.ts';
import type { Conversation } from '../../../protocol/shapes.ts';
import { testApp, type TestAppOptions } from '../../testing/test-app.ts';
import { connect } from '../../testing/test-socket.ts';
import { webhookReceiver } from '../../testing/webhook-receiver.ts';

/** A whole server with a bot on this machine, a visitor and the owner, both connected. */
export async function createAppWithBot(t: Test, options: TestAppOptions = {}) {
  const app = await testApp({ outboundAllow: ['127.0.0.1'], ...options });
  const receiver = await webhookReceiver();
  t.teardown(async () => {
    await app.close();
    await receiver.close();
  });
  const owner = await app.owner();
  const made = await app.inject({
    method: 'POST', url: '/v1/webhooks', headers: owner.headers, payload: { name: 'Robin', url: receiver.url, events: ['conversation.created', 'message.created'], bot: true },
  });
  if (made.statusCode !== 201) throw new Error(`The bot was not made: ${made.body}`);
  const bot = made.json<WebhookAnswer>();
  const origin = await app.listen();
  const url = origin.replace('http', 'ws');
  const [visitor, agent] = [await connect({ url, origin, token: (await app.visitor()).token }), await connect({ url, origin, token: owner.accessToken })];
  let said = 0;
  return {
    app, owner, receiver, bot, visitor, agent,
    /** The owner writes. */
    send: (text: string, conversationId: string) => agent.request('message.send', { conversationId, clientId: `00000000-0000-4000-9000-${String(++said).padStart(12, '0')}`, text }),
    conversation: async (id: string) => (await app.inject({ url: `/v1/conversations/${id}`, headers: owner.headers })).json<Conversation>(),
    /** Resolves when the bot was told of a message with this text, and its answer was heard. */
    async heard(text: string) {
      for (;;) {
        const page = (await app.inject({ url: `/v1/webhooks/${bot.id}/deliveries?limit=100`, headers: owner.headers })).json<{ items: Delivery[] }>();
        if (page.items.some(({ payload, state }) => state !== 'waiting' && payload.includes(JSON.stringify(text)))) return;
        await new Promise((resolve) => void setImmediate(resolve));
      }
    },
  };
}
