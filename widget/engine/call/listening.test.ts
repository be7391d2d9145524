import { expect } from '@esm-bundle/chai';
import { createFakeExchange } from '../testing/fake-exchange.ts';
import { waitFor } from '../testing/wait-for.ts';
import { callModel, step } from './call-state.ts';
import type { CallEngine, CallView } from './call-engine.ts';
import { createCallEngine } from './call.ts';

describe('a call without an own microphone', function () {
  this.timeout(30_000);
  const engines: CallEngine[] = [];
  const real = navigator.mediaDevices.getUserMedia;
  afterEach(() => {
    for (const engine of engines.splice(0)) engine.dispose();
    navigator.mediaDevices.getUserMedia = real;
  });
  const view = (engine: CallEngine): CallView => engine.view.value!;

  it('[F10] who listens is asked for nothing, is shown as silent and in no trouble; who lacks only the camera is told so', () => {
    const asked = step(callModel({ kind: 'visitor', mode: 'video', consent: true, recorder: false }), { type: 'begin' }).state;
    expect(step(asked, { type: 'devices.ready', camera: false, microphone: false })).to.deep.include({ effects: [{ type: 'place' }] });
    expect(step(asked, { type: 'devices.ready', camera: false, microphone: false }).state).to.include({ microphoneOn: false, cameraOn: false, trouble: null });
    expect(step(asked, { type: 'devices.ready', camera: false }).state).to.include({ microphoneOn: true, trouble: 'no_camera' });
  });

  it('[F10] a blocked microphone ends in its trouble; listening the same call goes through, and the microphone comes later without another offer', async () => {
    const exchange = createFakeExchange();
    const visitor = createCallEngine({ wire: exchange.visitor, kind: 'visitor' });
    const agent = createCallEngine({ wire: exchange.agent, kind: 'agent', recorder: false });
    engines.push(visitor, agent);
    const offers = (): number => exchange.log.filter(({ type, fields }) => type === 'call.signal' && (fields as { data: { type?: string } | null }).data?.type === 'offer').length;

    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotFoundError'));
    await visitor.start({ mode: 'audio', consent: true, locale: 'en', conversationId: 'c1' });
    expect(view(visitor)).to.include({ phase: 'ended', trouble: 'no_microphone' });
    expect(exchange.call, 'nobody was rung').to.equal(null);

    await visitor.again({ listen: true });
    navigator.mediaDevices.getUserMedia = real;
    expect(exchange.call!.conversationId).to.equal('c1');
    await agent.accept(exchange.call!, { consent: true, locale: 'en' });
    await waitFor('both connected', () => [visitor, agent].every((engine) => view(engine).phase === 'connected'), 12_000);
    const sound = (engine: CallEngine): boolean => view(engine).remote?.getAudioTracks().some(({ muted }) => !muted) ?? false;
    await waitFor('the agent at the visitor', () => sound(visitor));
    await waitFor('silence told', () => !view(agent).remoteMicrophoneOn);
    expect(view(visitor)).to.include({ microphoneOn: false, trouble: null });
    expect(view(visitor).local!.getTracks()).to.deep.equal([]);

    const before = offers();
    visitor.setMicrophone(true);
    await waitFor('the visitor at the agent', () => sound(agent) && view(agent).remoteMicrophoneOn, 8_000);
    expect(offers()).to.equal(before);
  });
});
