import { expect } from '@esm-bundle/chai';
import { createFakeExchange, type FakeExchange } from '../testing/fake-exchange.ts';
import { waitFor } from '../testing/wait-for.ts';
import type { CallEngine, CallView } from './call-engine.ts';
import { createCallEngine } from './call.ts';
import { createMicrophoneLevel } from './microphone-level.ts';

const real = { user: navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices), display: navigator.mediaDevices.getDisplayMedia };
const tracks = new Set<MediaStreamTrack>();
const engines: CallEngine[] = [];

interface Pair {
  exchange: FakeExchange;
  visitor: CallEngine;
  agent: CallEngine;
}

const view = (engine: CallEngine): CallView => engine.view.value!;
const live = (): number => [...tracks].filter((track) => track.readyState === 'live').length;
const local = (engine: CallEngine, kind: 'audio' | 'video'): MediaStreamTrack | undefined => view(engine).local?.getTracks().find((track) => track.kind === kind);

async function talk(mode: 'audio' | 'video', answerMs?: number): Promise<Pair> {
  const exchange = createFakeExchange();
  const visitor = createCallEngine({ wire: exchange.visitor, kind: 'visitor', ...(answerMs ? { timing: { answerMs } } : {}) });
  const agent = createCallEngine({ wire: exchange.agent, kind: 'agent', recorder: false });
  engines.push(visitor, agent);
  await visitor.start({ mode, consent: false, locale: 'en', conversationId: 'c1' });
  await agent.accept(exchange.call!, { consent: false, locale: 'en' });
  for (const engine of [visitor, agent]) await waitFor('connected', () => view(engine).phase === 'connected', 12_000);
  return { exchange, visitor, agent };
}

/** Whether a stream's picture moves between black and something: a dark one has neither. */
async function bright(stream: MediaStream | null): Promise<boolean> {
  const track = stream?.getVideoTracks()[0];
  if (!track) return false;
  const video = document.createElement('video');
  video.muted = true;
  video.srcObject = new MediaStream([track]);
  await video.play().catch(() => undefined);
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [16, 9];
  const context = canvas.getContext('2d')!;
  context.drawImage(video, 0, 0, 16, 9);
  video.srcObject = null;
  return context.getImageData(0, 0, 16, 9).data.some((value, index) => index % 4 < 3 && value > 60);
}

/** Hears a stream like a recording does. The fake microphone beeps about twice a second. */
function ear(stream: MediaStream): { loudest(): number; close(): void } {
  const element = new Audio();
  element.muted = true;
  element.srcObject = stream;
  void element.play();
  const meter = createMicrophoneLevel(stream);
  let top = 0;
  const timer = setInterval(() => (top = Math.max(top, meter.level())), 10);
  return {
    loudest() {
      const was = top;
      top = 0;
      return was;
    },
    close() {
      clearInterval(timer);
      meter.close();
      element.srcObject = null;
    },
  };
}

function screenOf(colour: string): MediaStream {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [640, 360];
  const context = canvas.getContext('2d')!;
  setInterval(() => {
    context.fillStyle = colour;
    context.fillRect(0, 0, 640, 360);
  }, 100);
  return canvas.captureStream(10);
}

describe('the media of a call between two engines', function () {
  this.timeout(30_000);
  beforeEach(() => {
    localStorage.removeItem('peer-consult:devices');
    const note = (stream: MediaStream): MediaStream => {
      for (const track of stream.getTracks()) tracks.add(track);
      return stream;
    };
    navigator.mediaDevices.getUserMedia = async (wish) => note(await real.user(wish));
    navigator.mediaDevices.getDisplayMedia = () => Promise.resolve(note(screenOf('#3366cc')));
  });
  afterEach(() => {
    for (const engine of engines.splice(0)) engine.dispose();
    expect(live()).to.equal(0);
    tracks.clear();
    navigator.mediaDevices.getUserMedia = real.user;
    navigator.mediaDevices.getDisplayMedia = real.display;
  });

  it('[F9] hold: nobody hears the other, on either side; afterwards everything is as it was, a muted microphone too', async () => {
    const { visitor, agent } = await talk('video');
    visitor.setMicrophone(false);
    await waitFor('mute told', () => !view(agent).remoteMicrophoneOn);
    await waitFor('sound at the visitor', () => !!view(visitor).remote?.getAudioTracks()[0]);
    const heard = ear(view(visitor).remote!);
    await waitFor('the agent is heard', () => heard.loudest() > 0.2);
    await waitFor('the visitor is seen', () => bright(view(agent).remote));

    visitor.hold(true);
    await waitFor('told', () => view(agent).media!.remoteHeld);
    expect([view(visitor).media!.held, view(agent).media!.held]).to.deep.equal([true, false]);
    for (const engine of [visitor, agent]) for (const stream of [view(engine).local!, view(engine).remote!]) {
      expect(stream.getTracks().map(({ enabled }) => enabled)).to.deep.equal(stream.getTracks().map(() => false));
    }
    // What was on its way may still be heard: a tenth of a second or so.
    await new Promise((resolve) => setTimeout(resolve, 500));
    heard.loudest();
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(heard.loudest()).to.equal(0);
    expect(await bright(view(agent).remote)).to.equal(false);

    agent.hold(true);
    visitor.hold(false);
    await waitFor('told that it goes on', () => !view(agent).media!.remoteHeld);
    expect(local(visitor, 'video')!.enabled, 'the agent holds it still').to.equal(false);
    agent.hold(false);
    await waitFor('the agent is heard again', () => heard.loudest() > 0.2);
    await waitFor('the visitor is seen again', () => bright(view(agent).remote));
    expect([local(visitor, 'audio')!.enabled, local(visitor, 'video')!.enabled, local(agent, 'audio')!.enabled]).to.deep.equal([false, true, true]);
    expect([view(visitor).microphoneOn, view(visitor).cameraOn]).to.deep.equal([false, true]);
    heard.close();
  });

  it('[F9] another microphone takes the place of the one before, muted or not, and is remembered; two wishes at once are one after the other', async () => {
    const { visitor, agent } = await talk('audio');
    await waitFor('names', () => visitor.devices.value.microphone.all.length > 2);
    const [one, two] = visitor.devices.value.microphone.all.filter(({ id }) => id !== 'default');
    expect(one!.name).to.not.equal('');
    visitor.setMicrophone(false);
    await Promise.all([visitor.chooseDevice('microphone', one!.id), visitor.chooseDevice('microphone', two!.id)]);
    const track = local(visitor, 'audio')!;
    expect([track.getSettings().deviceId, track.enabled, view(visitor).local!.getAudioTracks().length]).to.deep.equal([two!.id, false, 1]);
    // One for each side: what was exchanged is given back.
    expect(live()).to.equal(2);
    expect(visitor.devices.value.microphone.wished).to.equal(two!.id);
    visitor.setMicrophone(true);
    const heard = ear(view(agent).remote!);
    await waitFor('the new one is heard', () => heard.loudest() > 0.2);
    heard.close();
    await visitor.hangUp();
    await agent.hangUp();

    const next = await talk('audio');
    expect(local(next.visitor, 'audio')!.getSettings().deviceId).to.equal(two!.id);
    for (const engine of engines.splice(0)) engine.dispose();

    localStorage.setItem('peer-consult:devices', JSON.stringify({ microphone: 'unplugged-since', camera: 7 }));
    const later = await talk('video');
    expect([view(later.visitor).phase, view(later.visitor).cameraOn]).to.deep.equal(['connected', true]);
  });

  it('[F9] the chosen speaker plays the other side, in the next call too; where it is gone the browser’s own does', async () => {
    const { setSinkId } = HTMLMediaElement.prototype;
    const sinks: string[] = [];
    HTMLMediaElement.prototype.setSinkId = (id) => {
      sinks.push(id);
      return Promise.resolve();
    };
    const usual = navigator.mediaDevices.enumerateDevices.bind(navigator.mediaDevices);
    try {
      const { visitor, agent } = await talk('audio');
      await waitFor('names', () => visitor.devices.value.speaker.all.length > 0);
      const { id } = visitor.devices.value.speaker.all.at(-1)!;
      await visitor.chooseDevice('speaker', id);
      expect(sinks).to.include(id);
      await visitor.hangUp();
      await agent.hangUp();
      sinks.length = 0;
      await talk('audio');
      await waitFor('again', () => sinks.includes(id));
      navigator.mediaDevices.enumerateDevices = async () => (await usual()).filter(({ kind, deviceId }) => kind !== 'audiooutput' || deviceId !== id);
      navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
      await waitFor('the browser’s own', () => sinks.at(-1) === '');
    } finally {
      HTMLMediaElement.prototype.setSinkId = setSinkId;
      navigator.mediaDevices.enumerateDevices = usual;
    }
  });

  it('[F10] a microphone that cannot be had leaves the one that works', async () => {
    const { visitor } = await talk('audio');
    const before = local(visitor, 'audio')!;
    await visitor.chooseDevice('microphone', 'not-there');
    expect([local(visitor, 'audio'), before.readyState, view(visitor).trouble]).to.deep.equal([before, 'live', 'device_in_use']);
    expect(localStorage.getItem('peer-consult:devices')).to.equal(null);
  });

  it('[F9] a shared screen is seen beside the camera, in sharp; the browser’s own Stop ends it', async () => {
    const { visitor, agent, exchange } = await talk('video');
    await agent.shareScreen(true);
    await waitFor('seen', () => bright(view(visitor).media!.remoteScreen));
    await waitFor('the camera as well', () => bright(view(visitor).remote));
    const [track] = view(agent).media!.screen!.getVideoTracks();
    expect(track!.contentHint).to.equal('detail');
    expect(exchange.log.some(({ type, fields }) => type === 'call.media' && (fields as { screen?: boolean }).screen === true)).to.equal(true);
    track!.stop();
    track!.onended?.(new Event('ended'));
    await waitFor('told', () => view(visitor).media!.remoteScreen === null);
    expect(view(agent).media!.screen).to.equal(null);
  });

  it('[F9] a screen in a voice call makes it one with pictures, and nobody’s camera goes on', async () => {
    const { visitor, agent, exchange } = await talk('audio');
    await agent.shareScreen(true);
    await waitFor('seen', () => bright(view(visitor).media!.remoteScreen));
    await waitFor('both know', () => view(visitor).mode === 'video' && view(agent).mode === 'video');
    expect([exchange.call!.mode, view(visitor).cameraOn, view(agent).cameraOn, view(visitor).remoteCameraOn]).to.deep.equal(['video', false, false, false]);
    await agent.shareScreen(false);
    await waitFor('gone', () => view(visitor).media!.remoteScreen === null);
  });

  it('[F9] closing the browser’s chooser shares nothing and says nothing', async () => {
    const { visitor, agent } = await talk('audio');
    navigator.mediaDevices.getDisplayMedia = () => Promise.reject(new DOMException('Permission denied', 'NotAllowedError'));
    await agent.shareScreen(true);
    expect([view(agent).trouble, view(agent).media!.screen, view(visitor).mode]).to.deep.equal([null, null, 'audio']);
  });

  for (const word of ['accept', 'watch'] as const) {
    it(`[F9] from voice to video in mid-call: asked, ${word}ed, one offer as before`, async () => {
      const { visitor, agent, exchange } = await talk('audio');
      await visitor.setCamera(true);
      expect([view(visitor).media!.question, view(visitor).cameraOn, local(visitor, 'video')!.readyState]).to.deep.equal(['asking', false, 'live']);
      await waitFor('asked', () => view(agent).media!.question === 'asked');
      expect(await bright(view(agent).remote), 'nothing is seen before the answer').to.equal(false);
      agent.answerVideo(word);
      await waitFor('seen at the agent', () => view(agent).remoteCameraOn && bright(view(agent).remote));
      if (word === 'accept') await waitFor('seen at the visitor', () => bright(view(visitor).remote));
      expect([view(visitor).mode, view(agent).mode, exchange.call!.mode]).to.deep.equal(['video', 'video', 'video']);
      expect([view(visitor).cameraOn, view(agent).cameraOn]).to.deep.equal([true, word === 'accept']);
      expect(exchange.log.filter(({ type, fields }) => type === 'call.signal' && (fields as { data: { type?: string } | null }).data?.type === 'offer')).to.have.length(1);
    });
  }

  it('[F9] a no turns the waiting camera off, and the call stays a voice call', async () => {
    const { visitor, agent, exchange } = await talk('audio');
    await agent.setCamera(true);
    await waitFor('asked', () => view(visitor).media!.question === 'asked');
    visitor.answerVideo('decline');
    await waitFor('told', () => view(agent).media!.refused === 'declined');
    expect([local(agent, 'video'), live(), exchange.call!.mode, view(agent).mode]).to.deep.equal([undefined, 2, 'audio', 'audio']);
  });

  it('[F9] a question that nobody answers ends by itself; one that is taken back leaves both screens', async () => {
    const { visitor, agent } = await talk('audio', 300);
    await visitor.setCamera(true);
    await waitFor('given up', () => view(visitor).media!.refused === 'unanswered');
    await waitFor('off the other screen', () => view(agent).media!.question === 'none');
    expect(live()).to.equal(2);
    await agent.setCamera(true);
    await waitFor('asked', () => view(visitor).media!.question === 'asked');
    await agent.setCamera(false);
    await waitFor('taken back', () => view(visitor).media!.question === 'none');
    expect(live()).to.equal(2);
  });

  it('[F10] without a camera nobody is asked', async () => {
    const { visitor, agent, exchange } = await talk('audio');
    const usual = navigator.mediaDevices.getUserMedia;
    navigator.mediaDevices.getUserMedia = (wish) => (wish?.video ? Promise.reject(new DOMException('none', 'NotFoundError')) : usual.call(navigator.mediaDevices, wish));
    await visitor.setCamera(true);
    expect([view(visitor).trouble, view(visitor).media!.question, view(agent).media!.question]).to.deep.equal(['no_camera', 'none', 'none']);
    expect(exchange.log.some(({ type }) => type === 'call.video')).to.equal(false);
  });
});
