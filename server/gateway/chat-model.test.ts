import t, { type Test } from 'tap';
import type { Message } from '../../protocol/shapes.ts';
import { createChance, testSeed, type Chance } from '../../test/faults/chance.ts';
import type { Database } from '../store/database.ts';
import { eachEngine } from '../testing/each-engine.ts';
import { clientId, testGateway, type Somebody } from '../testing/test-gateway.ts';
import { Nack, type TestSocket } from '../testing/test-socket.ts';

// The server's chat against a small model of docs/protocol.md, request by request.
const seed = testSeed();
const sequences = 12;
const steps = 60;

interface Line { seq: number; clientId: string; text: string; kind: 'text' | 'note'; author: Person }
interface Room { id: string; visitor: Person; open: boolean; lines: Line[]; cursors: Map<Person, number> }
interface Person { name: string; kind: 'visitor' | 'agent'; house: number; id: string; socket: TestSocket }
/** What a request should come to: the fields of its reply, or a code. */
type Outcome = { code: string } | { reply: object };

/** What the pages of the protocol say, over lists in memory. */
class Model {
  readonly rooms: Room[] = [];
  /** Which messages everybody has to hear of, in order. */
  readonly heard = new Map<Person, Line[]>();

  constructor(private readonly people: readonly Person[]) {
    for (const person of people) this.heard.set(person, []);
  }

  ofVisitor = (visitor: Person): Room | undefined => this.rooms.find((room) => room.visitor === visitor);
  sees = (person: Person, room: Room): boolean => (person.kind === 'visitor' ? room.visitor === person : person.house === room.visitor.house);
  visible = (person: Person, room: Room): Line[] => room.lines.filter(({ kind }) => kind === 'text' || person.kind === 'agent');

  send(by: Person, room: Room | undefined, id: string, text: string, note: boolean): Outcome & { made?: true } {
    const trimmed = text.trim();
    if (trimmed === '' || [...trimmed].length > 4_000) return { code: 'unprocessable' };
    if (note && by.kind === 'visitor') return { code: 'forbidden' };
    if (room && !this.sees(by, room)) return { code: 'not_found' };
    if (!room && by.kind === 'agent') return { code: 'bad_request' };
    const here = room ?? this.ofVisitor(by);
    if (!here) return { made: true, reply: { seq: 1 } };
    return this.append(by, here, id, trimmed, note);
  }

  append(by: Person, room: Room, id: string, text: string, note: boolean): Outcome {
    const first = room.lines.find((line) => line.clientId === id);
    if (first) return first.author === by ? { reply: { seq: first.seq, text: first.text } } : { code: 'conflict' };
    const line: Line = { seq: room.lines.length + 1, clientId: id, text, kind: note ? 'note' : 'text', author: by };
    room.lines.push(line);
    if (!note) room.open = true;
    room.cursors.set(by, line.seq);
    for (const person of this.people) if (person !== by && this.sees(person, room) && this.visible(person, room).includes(line)) this.heard.get(person)!.push(line);
    return { reply: { seq: line.seq, text } };
  }

  history(by: Person, room: Room, { before, after, limit = 50 }: { before?: number; after?: number; limit?: number }): Outcome {
    if (before !== undefined && after !== undefined) return { code: 'bad_request' };
    if (!this.sees(by, room)) return { code: 'not_found' };
    const lines = this.visible(by, room);
    const fit = lines.filter(({ seq }) => seq > (after ?? 0) && seq < (before ?? Infinity));
    const page = after === undefined ? fit.slice(-limit) : fit.slice(0, limit);
    return { reply: { seqs: page.map(({ seq }) => seq), more: fit.length > limit } };
  }

  read(by: Person, room: Room, seq: number): Outcome {
    if (!this.sees(by, room)) return { code: 'not_found' };
    const now = Math.max(room.cursors.get(by) ?? 0, Math.min(seq, this.visible(by, room).at(-1)?.seq ?? 0));
    room.cursors.set(by, now);
    return { reply: { seq: now } };
  }

  state(by: Person, room: Room, open: boolean): Outcome {
    if (open && by.kind === 'visitor') return { code: 'forbidden' };
    if (!this.sees(by, room)) return { code: 'not_found' };
    room.open = open;
    return { reply: { status: open ? 'open' : 'closed' } };
  }
}

const outcomeOf = async (asked: Promise<object>): Promise<Outcome> => asked.then((reply): Outcome => ({ reply }), (error: unknown): Outcome => {
  if (error instanceof Nack) return { code: error.code };
  throw error;
});

async function runSequence(t: Test, server: Awaited<ReturnType<typeof testGateway>>, chance: Chance, name: string): Promise<void> {
  const people: Person[] = [];
  for (const house of [0, 1]) {
    const organisation = await server.organisation(`${name}-${house}`);
    const enter = async (label: string, somebody: Somebody): Promise<void> => {
      people.push({ name: `${label}${house}`, kind: somebody.kind as 'visitor' | 'agent', house, id: somebody.id, socket: await server.connect(somebody) });
    };
    for (const label of house === 0 ? ['vera', 'otto'] : ['vera']) await enter(label, organisation.visitor(label));
    for (const label of house === 0 ? ['ada', 'bo'] : ['ada']) await enter(label, await organisation.agent(label));
  }
  const model = new Model(people);
  const log: string[] = [];
  const check = (what: string, got: Outcome, due: Outcome): void => {
    log.push(what);
    if (JSON.stringify(got) !== JSON.stringify(due)) t.fail(`${what}: ${JSON.stringify(got)} instead of ${JSON.stringify(due)} after\n${log.slice(-12).join('\n')}`);
  };

  for (let step = 0; step < steps; step++) {
    const by = chance.pick(people);
    const { socket } = by;
    const room = model.rooms.length > 0 && chance.next() < 0.85 ? chance.pick(model.rooms) : undefined;
    const action = chance.weighted({ send: 10, history: 4, read: 3, close: 1, reopen: 1 });
    if (action === 'send') {
      const id = clientId(chance.between(1, 25));
      const text = chance.weighted({ good: 20, blank: 1, long: 1 });
      const words = { good: `  words ${step} `, blank: ' \n', long: '😀'.repeat(4_001) }[text];
      const note = chance.next() < 0.2;
      let due: Outcome & { made?: true } = model.send(by, room, id, words, note);
      const got = await outcomeOf(socket.request('message.send', { ...(room && { conversationId: room.id }), clientId: id, text: words, ...(note && { note }) }).then(({ conversationId, message }) => {
        if (due.made) {
          model.rooms.push({ id: conversationId, visitor: by, open: true, lines: [], cursors: new Map() });
          due = model.append(by, model.rooms.at(-1)!, id, words.trim(), false);
        }
        return { seq: message.seq, text: message.text };
      }));
      check(`${by.name} sends ${id.slice(-2)} ${text}${note ? ' note' : ''} to ${room ? model.rooms.indexOf(room) : '-'}`, got, due);
      continue;
    }
    if (!room) continue;
    const conversationId = room.id;
    const at = model.rooms.indexOf(room);
    if (action === 'history') {
      const query = { ...(chance.next() < 0.4 && { before: chance.between(1, 30) }), ...(chance.next() < 0.4 && { after: chance.between(0, 20) }), ...(chance.next() < 0.6 && { limit: chance.between(1, 6) }) };
      const got = await outcomeOf(socket.request('history', { conversationId, ...query }).then(({ messages, more }) => ({ seqs: messages.map(({ seq }) => seq), more })));
      check(`${by.name} reads ${JSON.stringify(query)} of ${at}`, got, model.history(by, room, query));
    } else if (action === 'read') {
      const seq = chance.between(0, 30);
      const got = await outcomeOf(socket.request('read', { conversationId, seq }).then((reply) => ({ seq: reply.seq })));
      check(`${by.name} has read ${at} to ${seq}`, got, model.read(by, room, seq));
    } else {
      const got = await outcomeOf(socket.request(`conversation.${action}`, { conversationId }).then(({ conversation }) => ({ status: conversation.status })));
      check(`${by.name} would ${action} ${at}`, got, model.state(by, room, action === 'reopen'));
    }
  }

  await Promise.all(people.map(({ socket }) => socket.settled()));
  const told = (line: { seq: number; clientId: string; text: string }) => `${line.seq} ${line.clientId.slice(-2)} ${line.text}`;
  for (const person of people) {
    const events = person.socket.events.flatMap((event): Message[] => (event.type === 'message' ? [event.message] : []));
    t.strictSame(events.map(told), model.heard.get(person)!.map(told), `${name}: what ${person.name} heard`);
  }
  const { conversations, messages } = server.database.tables;
  const [rows, lines] = [await server.database.q.select().from(conversations), await server.database.q.select().from(messages)];
  for (const room of model.rooms) {
    t.equal(rows.find(({ id }) => id === room.id)?.status, room.open ? 'open' : 'closed');
    t.strictSame(lines.filter((line) => line.conversationId === room.id).sort((a, b) => a.seq - b.seq).map(told), room.lines.map(told), `${name}: what is stored`);
  }
  await Promise.all(people.map(({ socket }) => socket.close()));
}

await t.test('[CH1][CH2][CH3][CH4][CH6][CH7][CH8][CH10][CH11][CH13] whatever several people ask in whatever order, replies, events and rows are those of the model', { timeout: 290_000 }, async (t) => {
  t.comment(`seed ${seed}`);
  await eachEngine(t, async (t, open: () => Promise<Database>) => {
    const server = await testGateway({ database: await open() });
    const chance = createChance(seed);
    for (let n = 0; n < sequences; n++) await runSequence(t, server, chance, `m${n}`);
    t.strictSame(server.logged, [], 'nothing failed inside');
    await server.stop();
  });
});
