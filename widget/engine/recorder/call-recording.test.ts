import { expect } from '@esm-bundle/chai';
import { createCallEngine } from '../call/call.ts';
import type { CallEngine } from '../call/call-engine.ts';
import { createFakeExchange, type FakeExchange } from '../testing/fake-exchange.ts';
import { createFakeUploads, type FakeUploads } from '../testing/fake-uploads.ts';
import { waitFor } from '../testing/wait-for.ts';
import { createCallRecording } from './call-recording.ts';
import { createChunkQueue } from './chunk-queue.ts';
import { openChunkStore } from './chunk-store.ts';
import { createMixer } from './mixer.ts';

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The strength of one frequency in samples, by Goertzel, as an amplitude: 1 is full scale. */
function strength(samples: Float32Array, rate: number, frequency: number): number {
  const k = 2 * Math.cos((2 * Math.PI * frequency) / rate);
  let [a, b] = [0, 0];
  for (const sample of samples) [a, b] = [sample + k * a - b, a];
  return (2 * Math.sqrt(Math.max(0, a * a + b * b - k * a * b))) / samples.length;
}

async function decode(file: Blob): Promise<AudioBuffer> {
  return new OfflineAudioContext(2, 48_000, 48_000).decodeAudioData(await file.arrayBuffer());
}

/** The middle of a channel: the edges hold the coder's attack. */
function middle(buffer: AudioBuffer, channel: number): Float32Array {
  const samples = buffer.getChannelData(channel);
  return samples.subarray(Math.floor(samples.length * 0.3), Math.floor(samples.length * 0.8));
}

describe('the recording of a call', function () {
  this.timeout(40_000);
  let context: AudioContext;
  let exchange: FakeExchange;
  let uploads: FakeUploads;
  const realFetch = window.fetch;
  const engines: CallEngine[] = [];

  const tone = (frequency: number): MediaStream => {
    const oscillator = new OscillatorNode(context, { frequency });
    const out = context.createMediaStreamDestination();
    oscillator.connect(new GainNode(context, { gain: 0.5 })).connect(out);
    oscillator.start();
    return out.stream;
  };
  const picture = (colour: string): MediaStreamTrack => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [320, 240];
    const drawing = canvas.getContext('2d')!;
    const draw = (): void => {
      drawing.fillStyle = colour;
      drawing.fillRect(0, 0, 320, 240);
    };
    draw();
    setInterval(draw, 60);
    return canvas.captureStream(15).getVideoTracks()[0]!;
  };

  beforeEach(async () => {
    context = new AudioContext();
    await context.resume();
    exchange = createFakeExchange();
    uploads = createFakeUploads();
  });
  afterEach(async () => {
    for (const engine of engines.splice(0)) engine.dispose();
    window.fetch = realFetch;
    await context.close();
  });

  const queue = () => createChunkQueue({ server: exchange.agent.server, token: () => Promise.resolve('t'), store: Promise.resolve(null), fetch: uploads.fetch });

  async function answered(mode: 'audio' | 'video' = 'audio') {
    const { call } = await exchange.visitor.request('call.start', { mode });
    await exchange.agent.request('call.accept', { callId: call.id });
    for (const side of ['visitor', 'agent'] as const) await exchange[side].request('consent', { callId: call.id, granted: true, textVersion: '1', locale: 'en' });
    return exchange.call!;
  }

  it('[G1] [G2] the visitor is left and the agent right, whichever side records; pieces come every slice and join', async () => {
    const call = await answered();
    const [visitor, agent] = [tone(440), tone(1000)];
    const started = performance.now();
    const recording = createCallRecording({ wire: exchange.agent, call, kind: 'agent', mode: 'audio', standby: false, local: agent, remote: visitor, refused: () => undefined, timesliceMs: 300, queue: queue() });
    recording.start();
    await wait(2_500);
    recording.stop({ callOver: true });
    const took = (performance.now() - started) / 1000;
    await waitFor('completed', () => uploads.completed.length === 1);
    expect(uploads.chunks.size).to.be.at.least(4);
    const sound = await decode(uploads.joined(1));
    expect(sound.numberOfChannels).to.equal(2);
    expect(sound.duration).to.be.within(took - 0.8, took + 0.2);
    const [left, right] = [middle(sound, 0), middle(sound, 1)];
    expect(strength(left, sound.sampleRate, 440)).to.be.above(0.1);
    expect(strength(right, sound.sampleRate, 1000)).to.be.above(0.1);
    expect(strength(left, sound.sampleRate, 1000)).to.be.below(0.003);
    expect(strength(right, sound.sampleRate, 440)).to.be.below(0.003);
  });

  it('[G3] a page that dies before the server has answered: the next visit begins the segment late, and its sound is whole', async () => {
    const call = await answered();
    const store = openChunkStore();
    const wire = Object.create(exchange.agent, { request: { value: () => new Promise(() => undefined) } }) as typeof exchange.agent;
    const doomed = createChunkQueue({ server: wire.server, token: () => Promise.resolve('t'), store, fetch: uploads.fetch });
    const recording = createCallRecording({ wire, call, kind: 'agent', mode: 'audio', standby: false, local: tone(1000), remote: tone(440), refused: () => undefined, timesliceMs: 300, queue: doomed });
    recording.start();
    const early = async () => (await (await store)!.recordings()).find(({ begin }) => begin?.callId === call.id);
    await waitFor('three pieces written', async () => ((await early())?.segments[0] ?? 0) >= 3);
    const known = (await early())!;
    // The page lives on in this test: what it wrote is put under a name that nobody holds, as its death would leave it.
    const left = crypto.randomUUID();
    for (const { seq } of (await (await store)!.chunks(known.recordingId)).slice(0, 3)) {
      await (await store)!.put({ ...(await (await store)!.get(known.recordingId, 0, seq))!, recordingId: left });
    }
    await (await store)!.remember({ ...known, recordingId: left, segments: { 0: 3 } });
    const asked: unknown[] = [];
    const next = createChunkQueue({
      server: wire.server, token: () => Promise.resolve('t'), store, fetch: uploads.fetch,
      startLate: (begin) => (asked.push(begin), Promise.resolve({ recordingId: 'r1', segment: 1 })),
    });
    await next.sendLeftovers();
    await waitFor('completed', () => uploads.completed.length === 1);
    expect(asked).to.deep.equal([known.begin]);
    expect([...uploads.chunks.keys()].sort()).to.deep.equal(['1/0', '1/1', '1/2']);
    expect((await decode(uploads.joined(1))).duration).to.be.above(0.3);
    recording.stop({ callOver: true });
    await (await store)!.forget(known.recordingId);
  });

  it('[G1] mute is silence in the recording', async () => {
    const call = await answered();
    const [visitor, agent] = [tone(440), tone(1000)];
    agent.getAudioTracks()[0]!.enabled = false;
    const recording = createCallRecording({ wire: exchange.agent, call, kind: 'agent', mode: 'audio', standby: false, local: agent, remote: visitor, refused: () => undefined, timesliceMs: 500, queue: queue() });
    recording.start();
    await wait(1_500);
    recording.stop({ callOver: true });
    await waitFor('completed', () => uploads.completed.length === 1);
    const sound = await decode(uploads.joined(1));
    expect(strength(middle(sound, 0), sound.sampleRate, 440)).to.be.above(0.1);
    expect(Math.max(...middle(sound, 1).map(Math.abs))).to.be.below(0.002);
  });

  it('[G10] a video call is recorded with both pictures, visitor left', async () => {
    const call = await answered('video');
    const [visitor, agent] = [tone(440), tone(1000)];
    visitor.addTrack(picture('#d00000'));
    agent.addTrack(picture('#0000d0'));
    const recording = createCallRecording({ wire: exchange.agent, call, kind: 'agent', mode: 'video', standby: false, local: agent, remote: visitor, refused: () => undefined, timesliceMs: 500, queue: queue() });
    recording.start();
    await wait(3_500);
    recording.stop({ callOver: true });
    await waitFor('completed', () => uploads.completed.length === 1);
    expect((exchange.log.find(({ type }) => type === 'recording.start')!.fields as { mimeType: string }).mimeType).to.match(/^video\/(webm|mp4)/);
    const video = document.createElement('video');
    video.muted = true;
    video.src = URL.createObjectURL(uploads.joined(1));
    await video.play();
    await waitFor('a picture', () => video.currentTime > 1.2);
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [640, 360];
    const drawing = canvas.getContext('2d')!;
    drawing.drawImage(video, 0, 0, 640, 360);
    expect([video.videoWidth, video.videoHeight]).to.deep.equal([640, 360]);
    const [r, , b] = drawing.getImageData(160, 180, 1, 1).data;
    const [r2, , b2] = drawing.getImageData(480, 180, 1, 1).data;
    expect(r! > 120 && b! < 90, `left ${r}/${b}`).to.equal(true);
    expect(b2! > 120 && r2! < 90, `right ${r2}/${b2}`).to.equal(true);
  });

  it('[G10] [G4] a voice call that becomes one with pictures goes on in a segment of them, on the same clock; without room for them in one of sound', async () => {
    const call = await answered();
    const [visitor, agent] = [tone(440), tone(1000)];
    visitor.addTrack(picture('#d00000'));
    agent.addTrack(picture('#0000d0'));
    let free = 900_000_000;
    const recording = createCallRecording({
      wire: exchange.agent, call, kind: 'agent', mode: 'audio', standby: false, local: agent, remote: visitor, refused: () => undefined, timesliceMs: 300, queue: queue(), room: () => Promise.resolve(free),
    });
    const types = (): string[] => exchange.log.filter(({ type }) => type === 'recording.start').map(({ fields }) => (fields as { mimeType: string }).mimeType.slice(0, 5));
    recording.start();
    await waitFor('the voice', () => uploads.chunks.size >= 2);
    recording.modeChanged('video');
    recording.modeChanged('video');
    await waitFor('the pictures', () => types().join() === 'audio,video' && uploads.chunks.has('2/1'));
    free = 10_000_000;
    await waitFor('sound alone', () => types().join() === 'audio,video,audio' && uploads.chunks.has('3/1'));
    recording.stop({ callOver: true });
    await waitFor('completed', () => uploads.completed.length === 1);
    expect(uploads.completed[0]!.map(({ segment }) => segment)).to.deep.equal([1, 2, 3]);
    const begun = exchange.log.filter(({ type }) => type === 'recording.start').map(({ fields }) => (fields as { epochMs: number }).epochMs);
    const voice = await decode(uploads.joined(1));
    expect(Math.abs(begun[1]! - begun[0]! - voice.duration * 1000), 'no word between the two is lost').to.be.below(200);
  });

  it('[G4] the standby is sound alone with few bits, and says what it is', async () => {
    const call = await answered('video');
    const recording = createCallRecording({ wire: exchange.visitor, call, kind: 'visitor', mode: 'audio', standby: true, local: tone(440), remote: tone(1000), refused: () => undefined, timesliceMs: 300, queue: queue() });
    recording.start();
    await wait(2_000);
    recording.stop({ callOver: true });
    await waitFor('completed', () => uploads.completed.length === 1);
    expect(exchange.log.find(({ type }) => type === 'recording.start')!.fields).to.include({ standby: true });
    const sound = await decode(uploads.joined(1));
    expect((uploads.joined(1).size * 8) / sound.duration, 'bits a second').to.be.below(45_000);
    expect(strength(middle(sound, 0), sound.sampleRate, 440)).to.be.above(0.1);
    expect(strength(middle(sound, 1), sound.sampleRate, 1000)).to.be.above(0.1);
  });

  it('[G4] a machine whose sound stood still gets a new segment', async () => {
    const call = await answered();
    const contexts: AudioContext[] = [];
    const Real = window.AudioContext;
    window.AudioContext = class extends Real {
      constructor(options?: AudioContextOptions) {
        super(options);
        contexts.push(this);
      }
    };
    const recording = createCallRecording({ wire: exchange.agent, call, kind: 'agent', mode: 'audio', standby: false, local: tone(440), remote: tone(1000), refused: () => undefined, timesliceMs: 300, queue: queue() });
    recording.start();
    window.AudioContext = Real;
    await waitFor('first segment', () => exchange.log.some(({ type }) => type === 'recording.start'));
    await contexts[0]!.suspend();
    await waitFor('second segment', () => exchange.log.filter(({ type }) => type === 'recording.start').length === 2, 12_000);
    await wait(800);
    recording.stop({ callOver: true });
    await waitFor('completed', () => uploads.completed.length === 1);
    expect(uploads.completed[0]!.map(({ segment }) => segment)).to.include(2);
    expect(strength(middle(await decode(uploads.joined(2)), 1), 48_000, 440)).to.be.above(0.05);
  });

  it('[G1] a mixer says that it runs only while its clock moves', async () => {
    const mixer = await createMixer();
    await wait(60);
    expect(mixer.running()).to.equal(true);
    mixer.close();
    expect(mixer.running()).to.equal(false);
    expect(mixer.track.readyState).to.equal('ended');
  });

  it('[G4] [S19] a call with both consents is recorded by the agent, both see it, and hanging up completes it', async () => {
    window.fetch = uploads.fetch;
    const visitor = createCallEngine({ wire: exchange.visitor, kind: 'visitor' });
    const agent = createCallEngine({ wire: exchange.agent, kind: 'agent', timesliceMs: 300 });
    engines.push(visitor, agent);
    await visitor.start({ mode: 'audio', consent: true, locale: 'en' });
    await agent.accept(exchange.call!, { consent: true, locale: 'en' });
    await waitFor('both see it', () => visitor.view.value?.recording.on && agent.view.value?.recording.on);
    await waitFor('chunks while the call runs', () => uploads.chunks.size >= 2);
    await visitor.hangUp();
    await waitFor('completed', () => uploads.completed.length === 1);
    expect(exchange.log.filter(({ type }) => type === 'recording.start').map(({ side }) => side)).to.deep.equal(['agent']);
    expect((await decode(uploads.joined(1))).duration).to.be.above(0.4);
  });

  it('[G4] [S19] where both record, the visitor’s page stands by from the same moment, and uploads by itself', async () => {
    window.fetch = uploads.fetch;
    exchange.recorder = { who: 'both', sliceSeconds: 1, video: true };
    const visitor = createCallEngine({ wire: exchange.visitor, kind: 'visitor' });
    const agent = createCallEngine({ wire: exchange.agent, kind: 'agent' });
    engines.push(visitor, agent);
    await visitor.start({ mode: 'audio', consent: true, locale: 'en' });
    await agent.accept(exchange.call!, { consent: true, locale: 'en' });
    const begun = () => exchange.log.filter(({ type }) => type === 'recording.start');
    await waitFor('both record', () => begun().length === 2);
    await waitFor('chunks of both', () => ['1', '2'].every((segment) => [...uploads.chunks.keys()].some((key) => key.startsWith(`${segment}/`))));
    expect(begun().map(({ side, fields }) => [side, (fields as { standby?: boolean }).standby]).sort()).to.deep.equal([['agent', undefined], ['visitor', true]]);
    agent.pauseRecording(true);
    const before = begun().length;
    await waitFor('held', () => visitor.view.value?.recording.paused);
    agent.pauseRecording(false);
    await waitFor('both go on', () => begun().length === before + 2);
    await visitor.hangUp();
    await waitFor('both complete', () => uploads.completed.length >= 2);
  });

  it('[S19] a call without the visitor’s consent is not recorded', async () => {
    window.fetch = uploads.fetch;
    const visitor = createCallEngine({ wire: exchange.visitor, kind: 'visitor' });
    const agent = createCallEngine({ wire: exchange.agent, kind: 'agent' });
    engines.push(visitor, agent);
    await visitor.start({ mode: 'audio', consent: false, locale: 'en' });
    await agent.accept(exchange.call!, { consent: true, locale: 'en' });
    await waitFor('connected', () => agent.view.value?.phase === 'connected');
    await wait(500);
    expect(exchange.log.some(({ type }) => type === 'recording.start')).to.equal(false);
    expect(agent.view.value!.recording).to.deep.equal({ on: false, paused: false, allowed: false });
  });
});
