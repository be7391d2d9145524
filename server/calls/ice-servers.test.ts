import { createHmac } from 'node:crypto';
import { execFile } from 'node:child_process';
import t from 'tap';
import { missing, startTurn } from '../../test/services/turn.ts';
import { findProgram } from '../../test/services/processes.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import { systemClock } from '../clock.ts';
import { createIceServers } from './ice-servers.ts';

t.test('[F2] [S20] ICE servers: STUN without credentials, TURN with ones that end in two hours', async (t) => {
  const clock = fakeClock(1_700_000_000_000);
  const { iceServers, expiresAt } = createIceServers({ urls: ['stun:s:3478', 'turn:t:3478?transport=udp', 'turns:t:443?transport=tcp'], secret: 'north', clock }).mint('v1');
  t.strictSame(iceServers, [
    { urls: ['stun:s:3478'] },
    { urls: ['turn:t:3478?transport=udp', 'turns:t:443?transport=tcp'], username: '1700007200:v1', credential: createHmac('sha1', 'north').update('1700007200:v1').digest('base64') },
  ]);
  t.equal(expiresAt, '2023-11-15T00:13:20.000Z');
  t.strictSame(createIceServers({ urls: [], secret: undefined, clock }).mint('v1').iceServers, [], 'no third party\'s server by default');
  t.equal(createIceServers({ urls: ['turn:t'], secret: 'x', relayOnly: true, clock }).mint('v1').relayOnly, true);
  t.throws(() => createIceServers({ urls: ['turn:t'], secret: undefined, clock }), /TURN_SECRET/);
  t.throws(() => createIceServers({ urls: ['https://t'], secret: 'x', clock }), /TURN_URLS/);
});

const client = findProgram('turnutils_uclient');
t.test('[F2] [S20] a real coturn takes our credentials, and neither forged nor expired ones', { skip: missing() ?? (client ? false : 'turnutils_uclient is missing') }, async (t) => {
  const turn = await startTurn();
  t.teardown(() => turn.stop());
  const port = /:(\d+)\?/.exec(turn.urls[0]!)![1]!;
  const allocates = (username: string, password: string) => new Promise<boolean>((resolve) => {
    const child = execFile(client!, ['-u', username, '-w', password, '-p', port, '-L', '127.0.0.1', '-y', '-n', '1', '-m', '1', '127.0.0.1'], { timeout: 120_000 },
      (error, stdout) => resolve(!error && /tot_recv_msgs=[1-9]/.test(stdout)));
    child.stdin?.end();
  });
  const now = systemClock();
  const minted = createIceServers({ urls: turn.urls, secret: turn.secret, clock: now }).mint('v1').iceServers[0]!;
  const expired = createIceServers({ urls: turn.urls, secret: turn.secret, clock: fakeClock(1_700_000_000_000) }).mint('v1').iceServers[0]!;
  t.ok(await allocates(minted.username!, minted.credential!), 'ours');
  t.notOk(await allocates(minted.username!, 'Zm9yZ2Vk'), 'forged');
  t.notOk(await allocates(expired.username!, expired.credential!), 'expired');
});
