// A peer that bench/messages.mjs measures against: what one writes first with socket.io. Two sockets of one ?pair= are in a
// room; what one says is inserted, one statement for each message (SQLite: WAL, synchronous=FULL; Postgres: a pool of ten),
// then acknowledged and sent to the other. No members are checked, nothing is numbered, and there is no second index.
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const [engine, place] = process.argv.slice(2);
const insert = engine === 'sqlite' ? await onSqlite(place) : await onPostgres(place);
const http = createServer();
const io = new Server(http, { transports: ['websocket'], serveClient: false, perMessageDeflate: false });

io.on('connection', (socket) => {
  const { pair } = socket.handshake.query;
  void socket.join(pair);
  socket.on('m', async (message, ack) => {
    await insert(pair, message);
    socket.to(pair).emit('m', message);
    ack({ ok: true });
  });
});
http.listen(0, '127.0.0.1', () => console.log(http.address().port));

async function onSqlite(file) {
  const { default: Sqlite } = await import('better-sqlite3');
  const database = new Sqlite(file);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec('CREATE TABLE messages (id INTEGER PRIMARY KEY, pair TEXT NOT NULL, client_id TEXT NOT NULL, text TEXT NOT NULL, created_at INTEGER NOT NULL)');
  const statement = database.prepare('INSERT INTO messages (pair, client_id, text, created_at) VALUES (?, ?, ?, ?)');
  return (pair, { clientId, text }) => statement.run(pair, clientId, text, Date.now());
}

async function onPostgres(connectionString) {
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({ connectionString, max: 10 });
  await pool.query('CREATE TABLE messages (id bigserial PRIMARY KEY, pair text NOT NULL, client_id text NOT NULL, text text NOT NULL, created_at bigint NOT NULL)');
  const text = 'INSERT INTO messages (pair, client_id, text, created_at) VALUES ($1, $2, $3, $4)';
  return (pair, message) => pool.query({ name: 'insert', text, values: [pair, message.clientId, message.text, Date.now()] });
}
