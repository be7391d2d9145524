import type { ManifestAnswer } from '../../protocol/evidence.ts';
import type { CallsPage, ConversationsPage, MessagesAnswer, SessionAnswer, SitesPage } from '../../protocol/http.ts';
import type { Call, Recording } from '../../protocol/shapes.ts';
import { owner } from './server-under-test.ts';

/** What an owner asks over HTTP: the truth beside what the pages show. */
export interface OwnerApi {
  conversations(): Promise<ConversationsPage['items']>;
  messages(conversationId: string): Promise<MessagesAnswer['items']>;
  /** Newest first. */
  calls(): Promise<Call[]>;
  recording(id: string): Promise<Recording>;
  manifest(id: string): Promise<ManifestAnswer>;
  media(id: string, range?: string): Promise<Response>;
  /** Makes an account. */
  employ(agent: { name: string; email: string; password: string; role: 'admin' | 'agent' }): Promise<void>;
  /** Has calls to the only site ring for so many seconds. */
  ring(seconds: number): Promise<void>;
}

/** Signs in as the owner. */
export async function signInAsOwner(url: string): Promise<OwnerApi> {
  const answer = await fetch(`${url}/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: owner.email, password: owner.password }),
  });
  if (!answer.ok) throw new Error(`The sign-in was answered with ${answer.status}: ${await answer.text()}`);
  const { accessToken } = (await answer.json()) as SessionAnswer;
  const headers = { authorization: `Bearer ${accessToken}` };
  const get = async <T>(path: string): Promise<T> => {
    const got = await fetch(`${url}${path}`, { headers });
    if (!got.ok) throw new Error(`${path} was answered with ${got.status}: ${await got.text()}`);
    return (await got.json()) as T;
  };
  return {
    conversations: async () => (await get<ConversationsPage>('/v1/conversations')).items,
    messages: async (id) => (await get<MessagesAnswer>(`/v1/conversations/${id}/messages?limit=100`)).items,
    calls: async () => (await get<CallsPage>('/v1/calls')).items,
    recording: (id) => get<Recording>(`/v1/recordings/${id}`),
    manifest: (id) => get<ManifestAnswer>(`/v1/recordings/${id}/manifest`),
    async employ(agent) {
      const answer = await fetch(`${url}/v1/agents`, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(agent) });
      if (!answer.ok) throw new Error(`The account was not made: ${answer.status} ${await answer.text()}`);
    },
    async ring(ringSeconds) {
      const [site] = (await get<SitesPage>('/v1/sites')).items;
      const changed = await fetch(`${url}/v1/sites/${site!.id}`, { method: 'PATCH', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify({ settings: { queue: { ...site!.settings.queue, ringSeconds } } }) });
      if (!changed.ok) throw new Error(`The site was not changed: ${changed.status}`);
    },
    media: (id, range) => fetch(`${url}/v1/recordings/${id}/media`, { headers: range ? { ...headers, range } : headers }),
  };
}

/** Asks until the answer pleases, at most `withinMs` (two minutes); rejects with the last answer. */
export async function until<T>(ask: () => Promise<T>, pleases: (answer: T) => boolean, withinMs = 120_000): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (pleases(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`Not within ${withinMs} ms. The last answer: ${JSON.stringify(answer, null, 1)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
