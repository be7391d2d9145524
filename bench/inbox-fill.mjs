// Fills an empty database of either engine as years of work would: for bench/inbox.mjs.
import Sqlite from 'better-sqlite3';
import pg from 'pg';

const english = 'the order my is please when where how can you help with delivery invoice address account thank table chair oak return size colour shop today tomorrow payment card refund broken lamp window cable manual warranty price stock store open close phone mail password login error page button garden wood steel green blue'.split(' ');
const korean = '안녕하세요 주문 문의 드립니다 배송이 언제 되나요 감사합니다 상품이 도착하지 않았어요 결제가 안 돼요 교환 하고 싶습니다 주소를 변경 부탁드려요 영수증 발급 가능할까요 색상 사이즈 재고가 있나요 확인해 주세요 오늘 내일 상담원 연결'.split(' ');

/** A generator of numbers in [0, 1) that is the same in every run. */
function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}

/** Ids as the server makes them: they grow with time. */
const idOf = (kind, n) => `0190${kind}000-${String(n).padStart(12, '0').slice(0, 4)}-7000-8000-${String(n).padStart(12, '0')}`;

/** Words that are looked for, and how often a message has them: one in so many. */
export const wanted = { frequent: { word: 'shipping', oneIn: 50 }, rare: { word: 'zanzibar', oneIn: 200_000 }, korean: { word: '환불', as: '환불해주세요', oneIn: 100 }, rareKorean: { word: '퀵배', as: '퀵배송으로', oneIn: 100_000 } };

/** Rows of every table that an inbox touches, a conversation at a time: `row(table, values)`. */
export function* rows({ conversations, messages, organisationId, siteId, agentId, tagIds, until }) {
  const random = seeded(42);
  const pick = (list) => list[Math.floor(random() * random() * list.length)];
  const each = messages / conversations;
  const step = (2 * 365 * 86_400_000) / conversations;
  for (let n = 0, made = 0; n < conversations; n++) {
    const [id, visitorId] = [idOf('c', n), idOf('a', n)];
    const createdAt = Math.floor(until - (conversations - n) * step);
    const name = `${pick(english)} ${pick(english)} ${n}`;
    yield ['visitors', [visitorId, organisationId, siteId, name, createdAt, createdAt]];
    const count = Math.max(1, Math.round(each * (n + 1)) - made);
    made += count;
    let text = '';
    let at = createdAt;
    for (let seq = 1; seq <= count; seq++) {
      const words = random() < 0.5 ? korean : english;
      text = Array.from({ length: 3 + Math.floor(random() * 12) }, () => pick(words)).join(' ');
      for (const { word, as = word, oneIn } of Object.values(wanted)) if (random() < 1 / oneIn) text += ` ${as}`;
      at = createdAt + seq * 20_000;
      const mine = seq % 2 === 0;
      const key = idOf('d', made - count + seq);
      yield ['messages', [id, seq, key, key, organisationId, mine ? 'agent' : 'visitor', mine ? agentId : visitorId, mine ? 'Ada' : name, 'text', text, at]];
    }
    const open = random() < 0.05;
    const assignee = random() < 0.3 ? agentId : null;
    const preview = JSON.stringify({ seq: count, kind: 'text', authorKind: count % 2 ? 'visitor' : 'agent', text: text.slice(0, 160), data: null });
    yield ['conversations', [id, organisationId, siteId, visitorId, open ? 'open' : 'closed', open ? visitorId : null, assignee, count, at, preview, createdAt, at, open ? null : at]];
    yield ['reads', [id, 'visitor', visitorId, organisationId, count, at]];
    if (random() < 0.95) yield ['reads', [id, 'agent', agentId, organisationId, random() < 0.97 ? count : Math.max(0, count - 2), at]];
    if (random() < 0.1) yield ['conversation_tags', [id, tagIds[Math.floor(random() * tagIds.length)], organisationId, at]];
  }
}

const columns = {
  visitors: 'id organisation_id site_id name created_at last_seen_at',
  messages: 'conversation_id seq id client_id organisation_id author_kind author_id author_name kind text created_at',
  conversations: 'id organisation_id site_id visitor_id status open_key assignee_id last_seq last_message_at preview created_at updated_at closed_at',
  reads: 'conversation_id member_kind member_id organisation_id read_seq updated_at',
  conversation_tags: 'conversation_id tag_id organisation_id created_at',
};

/** Writes them into a SQLite file that nobody has open. */
export function fillSqlite(file, given) {
  const connection = new Sqlite(file);
  connection.pragma('journal_mode = WAL');
  connection.pragma('synchronous = OFF');
  connection.pragma('cache_size = -1000000');
  const insert = Object.fromEntries(Object.entries(columns).map(([table, names]) => {
    const list = names.split(' ');
    return [table, connection.prepare(`INSERT INTO ${table} (${list.join(', ')}) VALUES (${list.map(() => '?').join(', ')})`)];
  }));
  connection.exec('BEGIN');
  let written = 0;
  for (const [table, values] of rows(given)) {
    insert[table].run(values);
    if (++written % 200_000 === 0) connection.exec('COMMIT; BEGIN');
  }
  connection.exec('COMMIT');
  connection.close();
}

/** Writes them into a Postgres database. */
export async function fillPostgres(url, given) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('SET synchronous_commit = off');
  const waiting = Object.fromEntries(Object.keys(columns).map((table) => [table, []]));
  const types = { seq: 'bigint', created_at: 'bigint', last_seen_at: 'bigint', last_seq: 'bigint', last_message_at: 'bigint', updated_at: 'bigint', closed_at: 'bigint', read_seq: 'bigint', preview: 'json' };
  const flush = async (table) => {
    const list = columns[table].split(' ');
    if (waiting[table].length === 0) return;
    const rows = waiting[table].splice(0);
    await client.query({
      name: table, text: `INSERT INTO ${table} (${list.join(', ')}) SELECT * FROM unnest(${list.map((name, at) => `$${at + 1}::${types[name] ?? 'text'}[]`).join(', ')})`,
      values: list.map((_name, at) => rows.map((row) => row[at])),
    });
  };
  for (const [table, values] of rows(given)) {
    waiting[table].push(values);
    if (waiting[table].length >= 2000) await flush(table);
  }
  for (const table of Object.keys(columns)) await flush(table);
  await client.query('VACUUM ANALYZE');
  await client.end();
}
