import { expect } from '@esm-bundle/chai';
import fc from 'fast-check';
import type { Call, CallEndReason } from '../../../protocol/shapes.ts';
import { cameraWasOn, noteCamera } from './camera-memory.ts';
import { callModel, shouldRecord, step, type CallEffect, type CallInput, type CallModel } from './call-state.ts';

const call = (fields: Partial<Call> = {}): Call => ({
  id: 'k1', conversationId: 'c1', siteId: 's1', mode: 'audio', state: 'ringing', visitor: { id: 'v1', name: 'Mina' },
  startedBy: { kind: 'visitor', id: 'v1', name: 'Mina' }, answeredBy: null, createdAt: '2026-11-21T09:00:00Z',
  answeredAt: null, endedAt: null, endReason: null, consents: {}, recording: null, ...fields,
});

const anyCall = fc
  .record({
    state: fc.constantFrom('ringing' as const, 'active' as const, 'ended' as const),
    visitor: fc.option(fc.boolean(), { nil: undefined }),
    agent: fc.option(fc.boolean(), { nil: undefined }),
    endReason: fc.constantFrom<CallEndReason>('cancelled', 'declined', 'no_answer', 'visitor_hangup', 'agent_hangup', 'left', 'error'),
    foreign: fc.boolean(),
  })
  .map(({ state, visitor, agent, endReason, foreign }) => call({ state, id: foreign ? 'other' : 'k1', endReason: state === 'ended' ? endReason : null, consents: { ...(visitor === undefined ? {} : { visitor }), ...(agent === undefined ? {} : { agent }) } }));

const code = fc.constantFrom('offline', 'timeout', 'call_over', 'not_found', 'already_in_call', 'rate_limited', 'bad_request');

const anyInput: fc.Arbitrary<CallInput> = fc.oneof(
  fc.constant<CallInput>({ type: 'begin' }),
  fc.boolean().map((camera): CallInput => ({ type: 'devices.ready', camera })),
  fc.constant<CallInput>({ type: 'devices.failed', trouble: 'permission_denied' }),
  anyCall.filter(({ id }) => id === 'k1').map((each): CallInput => ({ type: 'agreed', call: each, iceServers: [] })),
  code.map((each): CallInput => ({ type: 'refused', code: each })),
  fc.constant<CallInput>({ type: 'impatient' }),
  fc
    .record({ each: anyCall, answeredElsewhere: fc.boolean(), superseded: fc.integer({ min: 0, max: 9 }), peerPresent: fc.boolean(), servers: fc.boolean() })
    .map(({ each, answeredElsewhere, superseded, peerPresent, servers }): CallInput => ({ type: 'updated', call: each, answeredElsewhere, superseded: superseded === 0, peerPresent, ...(servers ? { iceServers: [] } : {}) })),
  fc.constant<CallInput>({ type: 'greeted' }),
  anyCall.filter(({ id }) => id === 'k1').map((each): CallInput => ({ type: 'resumed', call: each, iceServers: [] })),
  code.map((each): CallInput => ({ type: 'resume.refused', code: each })),
  fc.constantFrom('up' as const, 'up' as const, 'down' as const, 'lost' as const).map((path): CallInput => ({ type: 'path', path, at: 7 })),
  fc.boolean().map((on): CallInput => ({ type: 'microphone', on })),
  fc.boolean().map((on): CallInput => ({ type: 'camera', on })),
  fc.tuple(fc.boolean(), fc.boolean()).map(([on, paused]): CallInput => ({ type: 'recording', on, paused, id: 'r1' })),
  fc.boolean().map((on): CallInput => ({ type: 'recording.pause', on })),
  fc.constant<CallInput>({ type: 'recording.refused' }),
  fc.boolean().map((blocked): CallInput => ({ type: 'playback', blocked })),
  fc.constant<CallInput>({ type: 'hang-up' }),
  fc.constant<CallInput>({ type: 'leave' }),
  fc.constant<CallInput>({ type: 'unload' }),
  anyCall.filter(({ id, state }) => id === 'k1' && state === 'active').map((each): CallInput => ({ type: 'updated', call: each, handedOver: true })),
);

const beginning = fc
  .record({ kind: fc.constantFrom('visitor' as const, 'agent' as const), mode: fc.constantFrom('audio' as const, 'video' as const), recorder: fc.boolean(), before: fc.constantFrom('none' as const, 'ringing' as const, 'active' as const) })
  .map(({ kind, mode, recorder, before }) => callModel({ kind, mode, recorder, consent: true, ...(before === 'none' ? {} : { call: call({ state: before }) }) }));

/** Runs inputs; the effects of each step beside its state. */
function run(start: CallModel, inputs: readonly CallInput[]): { state: CallModel; effects: CallEffect[]; before: CallModel; input: CallInput }[] {
  let before = start;
  return inputs.map((input) => {
    const result = { ...step(before, input), before, input };
    before = result.state;
    return result;
  });
}

/** A way into the middle of a call, so that chance does not have to find it. */
const usual: CallInput[] = [
  { type: 'begin' },
  { type: 'devices.ready', camera: true },
  { type: 'agreed', call: call(), iceServers: [] },
  { type: 'updated', call: call({ state: 'active', consents: { visitor: true, agent: true } }), iceServers: [] },
  { type: 'path', path: 'up', at: 5 },
];
const history = fc.tuple(beginning, fc.integer({ min: 0, max: usual.length }), fc.array(anyInput, { maxLength: 25 })).map(([start, n, rest]) => ({ start, inputs: [...usual.slice(0, n), ...rest] }));

describe('the state of a call', () => {
  it('[F11] every path reaches ended by hanging up, and the end gives everything back exactly once', () => {
    fc.assert(
      fc.property(history, ({ start, inputs }) => {
        const steps = run(start, [...inputs, { type: 'hang-up' }]);
        expect(steps.at(-1)!.state.phase).to.equal('ended');
        expect(steps.flatMap(({ effects }) => effects).filter(({ type }) => type === 'release')).to.have.length(1);
        for (const { before, state, effects } of steps) {
          const ends = before.phase !== 'ended' && state.phase === 'ended';
          expect(effects.some(({ type }) => type === 'release')).to.equal(ends);
          if (ends) expect([state.devices, state.peer]).to.deep.equal(['none', 'none']);
        }
      }),
    );
  });

  it('[F11] after the end nothing begins again', () => {
    fc.assert(
      fc.property(history, fc.array(anyInput, { maxLength: 15 }), ({ start, inputs }, late) => {
        const steps = run(start, [...inputs, { type: 'hang-up' }, ...late]).slice(inputs.length + 1);
        for (const { state, effects } of steps) {
          expect(state.phase).to.equal('ended');
          for (const { type } of effects) expect(type).to.equal('farewell');
        }
      }),
    );
  });

  it('[S19] recording goes on only while sound flows and both have agreed, and ends before the tracks do', () => {
    fc.assert(
      fc.property(history, ({ start, inputs }) => {
        let on = false;
        for (const { state, effects } of run(start, [...inputs, { type: 'leave' }])) {
          const news = effects.filter((effect) => effect.type === 'record');
          expect(news.length).to.be.at.most(1);
          if (news[0]) {
            expect(news[0].on).to.equal(!on);
            on = news[0].on;
          }
          expect(on).to.equal(shouldRecord(state));
          if (on) expect([state.call?.consents.visitor, state.call?.consents.agent, state.recorder]).to.deep.equal([true, true, true]);
          const release = effects.findIndex(({ type }) => type === 'release');
          const stop = effects.findIndex((effect) => effect.type === 'record' && !effect.on);
          if (release >= 0 && stop >= 0) expect(stop).to.be.below(release);
        }
        expect(on).to.equal(false);
      }),
    );
  });

  it('[S19] whoever holds the recording is not recorded from that moment on, until the server says that it goes on', () => {
    fc.assert(
      fc.property(history, fc.array(anyInput, { maxLength: 15 }), ({ start, inputs }, more) => {
        const begun = run(start, inputs).at(-1)?.state ?? start;
        const held = step(begun, { type: 'recording.pause', on: true });
        if (!begun.call?.recording || begun.phase === 'ended') return;
        expect(shouldRecord(held.state)).to.equal(false);
        expect(held.effects.at(-1)).to.deep.equal({ type: 'tell-pause', on: true });
        // What else happens, the server's older news included, does not go on with it.
        for (const { state, before, input } of run(held.state, more)) {
          if (input.type === 'recording.pause' || (input.type === 'recording' && before.pauseWish !== true)) return;
          if (input.type === 'updated' || input.type === 'resumed' || input.type === 'agreed') return;
          if (input.type === 'recording' && input.paused) return;
          expect(shouldRecord(state)).to.equal(false);
        }
      }),
    );
    const recorded = run(callModel({ kind: 'agent', mode: 'audio', recorder: true, consent: true }), [...usual, { type: 'recording', on: true, paused: false, id: 'r1' }]).at(-1)!.state;
    const told = run(recorded, [{ type: 'recording.pause', on: true }, { type: 'recording', on: false, paused: true, id: 'r1' }, { type: 'recording.pause', on: false }]);
    expect(told.map(({ state }) => shouldRecord(state))).to.deep.equal([false, false, false]);
    expect(shouldRecord(step(told.at(-1)!.state, { type: 'recording', on: false, paused: false, id: 'r1' }).state)).to.equal(true);
  });

  it('[F1] the media connection is opened before it begins, and begins only in an answered call', () => {
    fc.assert(
      fc.property(history, ({ start, inputs }) => {
        let opened = false;
        let begun = false;
        for (const { state, effects } of run(start, inputs)) {
          for (const { type } of effects) {
            if (type === 'open') opened = true;
            if (type !== 'begin') continue;
            expect(opened).to.equal(true);
            expect(begun).to.equal(false);
            begun = true;
            expect(state.call?.state).to.equal('active');
          }
          if (state.phase === 'connected') expect(begun).to.equal(true);
        }
      }),
    );
  });

  it('a call never goes back to an earlier state, whatever overtakes what', () => {
    const order = { ringing: 0, active: 1, ended: 2 };
    fc.assert(
      fc.property(history, ({ start, inputs }) => {
        for (const { before, state } of run(start, inputs)) {
          if (before.phase === 'ended' || !before.call || !state.call) continue;
          expect(order[state.call.state]).to.be.at.least(order[before.call.state]);
        }
      }),
    );
  });

  it('whoever hangs up tells the server in one word that fits', () => {
    const talking = run(callModel({ kind: 'agent', mode: 'audio', consent: true, recorder: true }), usual).at(-1)!.state;
    expect(step(talking, { type: 'hang-up' }).effects).to.deep.equal([{ type: 'record', on: false }, { type: 'release' }, { type: 'farewell', word: 'hangup' }]);
    expect(step(talking, { type: 'leave' }).effects.at(-1)).to.deep.equal({ type: 'farewell', word: 'left' });
    const ringing = run(callModel({ kind: 'visitor', mode: 'audio', consent: true, recorder: false }), usual.slice(0, 3)).at(-1)!.state;
    expect(step(ringing, { type: 'hang-up' }).effects.at(-1)).to.deep.equal({ type: 'farewell', word: 'cancel' });
    const asking = step(callModel({ kind: 'agent', mode: 'audio', consent: true, recorder: true, call: call() }), { type: 'begin' }).state;
    expect(step(asking, { type: 'hang-up' }).effects.at(-1)).to.deep.equal({ type: 'farewell', word: 'decline' });
  });

  it('[F13] whoever returns asks for the side again, says nothing twice of the recording, and the clock goes on', () => {
    const active = call({ state: 'active', answeredAt: '2026-11-21T09:00:10Z', consents: { visitor: true, agent: true } });
    const steps = run(callModel({ kind: 'visitor', mode: 'audio', consent: true, recorder: false, call: active }), [
      { type: 'begin' }, { type: 'devices.ready', camera: false }, { type: 'agreed', call: active, iceServers: [] }, { type: 'path', path: 'up', at: 5 },
    ]);
    expect(steps.flatMap(({ effects }) => effects.map(({ type }) => type))).to.deep.equal(['acquire', 'return', 'open', 'begin', 'tell-media']);
    expect(steps.at(-1)!.state).to.include({ phase: 'connected', connectedAt: Date.parse('2026-11-21T09:00:10Z') });
    const late = run(callModel({ kind: 'visitor', mode: 'audio', consent: true, recorder: false, call: active }), [{ type: 'begin' }, { type: 'devices.ready', camera: false }, { type: 'refused', code: 'call_over' }]);
    expect(late.at(-1)!.state).to.include({ phase: 'ended', trouble: null });
    // A colleague's call that is handed over is answered, not returned to; the new agent's word on the recording is new.
    const offered = call({ state: 'active', consents: { visitor: true }, handover: { from: { id: 'a1', name: 'Joon' } } });
    const taken = run(callModel({ kind: 'agent', mode: 'audio', consent: true, recorder: true, call: offered }), [{ type: 'begin' }, { type: 'devices.ready', camera: false }, { type: 'agreed', call: active, iceServers: [] }]);
    expect(taken.flatMap(({ effects }) => effects.map(({ type }) => type))).to.deep.equal(['acquire', 'answer', 'tell-consent', 'open', 'begin', 'tell-media']);
  });

  it('[F9] [F13] whoever returns without a picture has no trouble with a camera; the tab remembers who showed one', () => {
    const active = call({ mode: 'video', state: 'active', answeredAt: '2026-11-21T09:00:10Z' });
    const back = run(callModel({ kind: 'visitor', mode: 'video', consent: true, recorder: false, camera: false, call: active }), [{ type: 'begin' }, { type: 'devices.ready', camera: false }]);
    expect(back.at(-1)!.state).to.include({ cameraOn: false, trouble: null });
    const wanted = run(callModel({ kind: 'visitor', mode: 'video', consent: true, recorder: false, call: active }), [{ type: 'begin' }, { type: 'devices.ready', camera: false }]);
    expect(wanted.at(-1)!.state).to.include({ cameraOn: false, trouble: 'no_camera' });
    noteCamera('k1', true);
    expect([cameraWasOn('k1'), cameraWasOn('k2')]).to.deep.equal([true, false]);
    noteCamera('k1', false);
    expect(cameraWasOn('k1')).to.equal(false);
  });

  it('[F13] a page that goes away says no last word: it may come back; a call that was handed over is no hang-up', () => {
    const talking = run(callModel({ kind: 'agent', mode: 'audio', consent: true, recorder: true }), usual).at(-1)!.state;
    expect(step(talking, { type: 'unload' }).effects).to.deep.equal([{ type: 'record', on: false }, { type: 'release' }]);
    const handed = step(talking, { type: 'updated', call: call({ state: 'active' }), handedOver: true });
    expect(handed.state).to.include({ phase: 'ended', trouble: 'handed_over', endReason: null });
    expect(handed.effects.some(({ type }) => type === 'farewell')).to.equal(false);
  });

  it('[F13] without a path it is ice_failed; with the other side gone it is left', () => {
    const talking = run(callModel({ kind: 'agent', mode: 'audio', consent: true, recorder: false }), usual).at(-1)!.state;
    const down = step(talking, { type: 'path', path: 'down', at: 9 }).state;
    expect(down.phase).to.equal('reconnecting');
    expect(step(down, { type: 'path', path: 'up', at: 11 }).state.connectedAt).to.equal(5);
    expect(step(down, { type: 'path', path: 'lost', at: 9 }).state.endReason).to.equal('ice_failed');
    expect(step({ ...down, peerPresent: false }, { type: 'path', path: 'lost', at: 9 }).state.endReason).to.equal('left');
  });
});
