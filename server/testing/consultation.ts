import type { Message } from '../../protocol/shapes.ts';
import { clientId, type testGateway } from './test-gateway.ts';
import type { TestSocket } from './test-socket.ts';

/** A gateway under test. */
export type TestServer = Awaited<ReturnType<typeof testGateway>>;

/** Writes the message number `n`. */
export const send = (socket: TestSocket, n: number, conversationId?: string, text = `message ${n}`) =>
  socket.request('message.send', { clientId: clientId(n), text, ...(conversationId !== undefined && { conversationId }) });
/** The messages of a conversation that a socket has heard. */
export const messagesOf = (socket: TestSocket, conversationId: string) =>
  socket.events.filter((event) => event.type === 'message').map(({ message }) => message).filter((message) => message.conversationId === conversationId);
/** Their numbers. */
export const seqs = (messages: readonly Message[]) => messages.map(({ seq }) => seq);
/** `count` numbers, from 1 unless given. */
export const upTo = (count: number, from = 1) => Array.from({ length: count }, (_, n) => from + n);
/** What a refusal looks like. */
export const refused = (code: string) => ({ code });

/** A shop with an agent and a visitor who has written once. */
export async function consultation(server: TestServer, name = 'shop') {
  const shop = await server.organisation(name);
  const [ada, vera] = [await shop.agent('Ada'), shop.visitor('Vera')];
  const [agent, visitor] = [await server.connect(ada), await server.connect(vera)];
  const { conversationId } = await send(visitor, 0);
  await agent.next('message');
  const leave = () => Promise.all([agent.close(), visitor.close()]);
  return { shop, ada, vera, agent, visitor, conversationId, leave };
}
