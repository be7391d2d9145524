import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from './free-port.ts';
import { findProgram, runProgram, startProcess, type RunningProcess } from './processes.ts';
import { removeFolder, temporaryFolder } from './temporary-folder.ts';

/** A throw-away S3 server on loopback: a real one (Ceph's gateway), which checks every signature. */
export interface S3 {
  endpoint: string;
  accessKeyId: string;
  secretAccessKey: string;
  region: string;
  /** The one key that its key service (a stand-in of Ceph's own) has, for encryption by `aws:kms`. */
  kmsKeyId: string;
  stop(): Promise<void>;
}

const kmsKeyId = 'testkey';

const programs = ['ceph', 'ceph-mon', 'ceph-osd', 'monmaptool', 'radosgw', 'radosgw-admin'];

/** One sentence on what is missing and how to get it, or null when the S3 server can be started here. */
export function missing(): string | null {
  const lacking = programs.filter((program) => !findProgram(program));
  if (lacking.length === 0) return null;
  return `The S3 server is missing (${lacking.join(', ')}): \`apt-get install radosgw ceph-mon ceph-osd ceph-common\` on Debian; there is none for macOS.`;
}

/** Starts a monitor, one storage daemon that keeps everything in memory, and the S3 gateway; some 10 s. */
export async function startS3(): Promise<S3> {
  const lack = missing();
  if (lack) throw new Error(lack);
  const folder = temporaryFolder('s3');
  for (const name of ['mon', 'osd', 'run', 'rgw']) mkdirSync(join(folder, name));
  const [port, v2, v1] = (await freePorts(3)) as [number, number, number];
  const cluster = randomUUID();
  const osd = randomUUID();
  const accessKeyId = 'TESTKEY';
  const secretAccessKey = 'TESTSECRET';
  const settings = join(folder, 'ceph.conf');
  writeFileSync(settings, cephConf({ folder, cluster, port, v1, v2 }));
  const conf = ['-c', settings];
  const started: RunningProcess[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(started.toReversed().map((one) => one.stop('SIGTERM', 1500)));
    removeFolder(folder);
  };
  try {
    runProgram(findProgram('monmaptool')!, ['--create', '--fsid', cluster, '--addv', 'a', `[v2:127.0.0.1:${v2},v1:127.0.0.1:${v1}]`, join(folder, 'monmap')]);
    runProgram(findProgram('ceph-mon')!, [...conf, '--mkfs', '-i', 'a', '--monmap', join(folder, 'monmap')]);
    started.push(await startProcess({ command: findProgram('ceph-mon')!, args: [...conf, '-f', '-i', 'a', '--no-mon-config'], ready: v1 }));
    runProgram(findProgram('ceph')!, [...conf, 'osd', 'new', osd, '0']);
    runProgram(findProgram('ceph-osd')!, [...conf, '-i', '0', '--mkfs', '--osd-uuid', osd, '--no-mon-config']);
    runProgram(findProgram('ceph')!, [...conf, 'osd', 'crush', 'add', 'osd.0', '1.0', 'root=default', 'host=test']);
    started.push(await startProcess({ command: findProgram('ceph-osd')!, args: [...conf, '-f', '-i', '0'] }));
    runProgram(findProgram('radosgw-admin')!, [
      ...[...conf, '-n', 'client.rgw.a', 'user', 'create', '--uid=test', '--display-name=test'],
      ...[`--access-key=${accessKeyId}`, `--secret-key=${secretAccessKey}`],
    ]);
    started.push(
      await startProcess({
        command: findProgram('radosgw')!,
        args: [...conf, '-f', '-n', 'client.rgw.a'],
        ready: () => fetch(`http://127.0.0.1:${port}/`).then((answer) => answer.ok, () => false),
      }),
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoint: `http://127.0.0.1:${port}`, accessKeyId, secretAccessKey, region: 'us-east-1', kmsKeyId, stop };
}

/** The smallest cluster that works: no manager, no authentication between the daemons, one copy, all in memory. */
function cephConf(o: { folder: string; cluster: string; port: number; v1: number; v2: number }): string {
  return `[global]
fsid = ${o.cluster}
mon initial members = a
mon host = [v2:127.0.0.1:${o.v2},v1:127.0.0.1:${o.v1}]
public addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
auth supported = none
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd crush chooseleaf type = 0
mon allow pool size one = true
mon allow pool delete = true
mon max pg per osd = 1000
run dir = ${o.folder}/run
admin socket = ${o.folder}/run/$name.asok
log file = ${o.folder}/$name.log
pid file = ${o.folder}/run/$name.pid
ms bind msgr2 = true
[mon.a]
mon data = ${o.folder}/mon
mon addr = 127.0.0.1:${o.v1}
mon warn on insecure global id reclaim allowed = false
# A nearly full disk is no reason to stop: nothing is written to it.
mon data avail crit = 1
[osd.0]
osd data = ${o.folder}/osd
osd objectstore = memstore
memstore device bytes = 2147483648
osd journal size = 16
public addr = 127.0.0.1
cluster addr = 127.0.0.1
[client.rgw.a]
# The default (secure) hangs without authentication between the daemons.
ms mon client mode = crc
rgw data = ${o.folder}/rgw
rgw frontends = beast endpoint=127.0.0.1:${o.port}
rgw enable usage log = false
rgw thread pool size = 32
rgw dns name = localhost
rgw crypt require ssl = false
rgw crypt s3 kms backend = testing
rgw crypt s3 kms encryption keys = ${kmsKeyId}=${Buffer.alloc(32, 7).toString('base64')}
rgw override bucket index max shards = 1
rgw relaxed s3 bucket names = false
`;
}
