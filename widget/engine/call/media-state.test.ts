import { expect } from '@esm-bundle/chai';
import fc from 'fast-check';
import type { VideoWord } from '../../../protocol/shapes.ts';
import { isHeld, mediaModel, mediaStep, type MediaEffect, type MediaInput, type MediaModel } from './media-state.ts';

const voice = mediaModel('audio');
const asking: MediaModel = { ...voice, question: 'asking' };
const asked: MediaModel = { ...voice, question: 'asked' };
const video: MediaModel = { ...voice, mode: 'video' };
const brief = (effect: MediaEffect): string => (effect.type === 'say-video' ? effect.word : effect.type === 'await-word' ? (effect.on ? 'await' : 'await no more') : effect.type);

/** State, what happens, what the state becomes in these fields, and what is done. */
const table: [MediaModel, MediaInput, Partial<MediaModel>, string[]][] = [
  [voice, { type: 'hold', on: true }, { held: true }, ['tell-media']],
  [voice, { type: 'hold', on: false }, {}, []],
  [{ ...voice, held: true, remoteHeld: true }, { type: 'hold', on: false }, { held: false, remoteHeld: true }, ['tell-media']],
  [voice, { type: 'told', screen: false, held: true }, { remoteHeld: true }, []],
  [video, { type: 'screen', on: true }, { screenOn: true }, ['tell-media']],
  [voice, { type: 'screen', on: true }, { screenOn: true, mode: 'video' }, ['tell-media', 'show', 'mode-changed']],
  [asking, { type: 'screen', on: true }, { screenOn: true, mode: 'video', question: 'none' }, ['tell-media', 'show', 'mode-changed', 'await no more', 'show-camera']],
  [voice, { type: 'ask' }, { question: 'asking' }, ['ask', 'await']],
  [asking, { type: 'ask' }, {}, []],
  [asked, { type: 'ask' }, { question: 'none', mode: 'video' }, ['accept', 'mode-changed', 'show-camera']],
  [video, { type: 'ask' }, {}, ['show-camera']],
  [asking, { type: 'withdraw' }, { question: 'none' }, ['withdraw', 'await no more', 'drop-camera']],
  [asking, { type: 'unanswered' }, { question: 'none', refused: 'unanswered' }, ['withdraw', 'await no more', 'drop-camera']],
  [voice, { type: 'unanswered' }, {}, []],
  [asking, { type: 'heard', word: 'accept' }, { mode: 'video', question: 'none' }, ['mode-changed', 'await no more', 'show-camera']],
  [asking, { type: 'heard', word: 'watch' }, { mode: 'video', question: 'none' }, ['mode-changed', 'await no more', 'show-camera']],
  [asking, { type: 'heard', word: 'decline' }, { question: 'none', refused: 'declined' }, ['withdraw', 'await no more', 'drop-camera']],
  [asking, { type: 'heard', word: 'ask' }, { mode: 'video', question: 'none' }, ['accept', 'mode-changed', 'await no more', 'show-camera']],
  [asking, { type: 'mode', mode: 'video' }, { mode: 'video', question: 'none' }, ['mode-changed', 'await no more', 'show-camera']],
  [voice, { type: 'heard', word: 'ask' }, { question: 'asked' }, []],
  [voice, { type: 'heard', word: 'accept' }, {}, []],
  [voice, { type: 'heard', word: 'show' }, { mode: 'video' }, ['mode-changed']],
  [asked, { type: 'heard', word: 'withdraw' }, { question: 'none' }, []],
  [asked, { type: 'answer', word: 'accept' }, { mode: 'video', question: 'none' }, ['accept', 'mode-changed', 'show-camera']],
  [asked, { type: 'answer', word: 'watch' }, { mode: 'video', question: 'none' }, ['watch', 'mode-changed']],
  [asked, { type: 'answer', word: 'decline' }, { question: 'none' }, ['decline']],
  [voice, { type: 'answer', word: 'accept' }, {}, []],
  [video, { type: 'heard', word: 'ask' }, {}, []],
  [video, { type: 'mode', mode: 'audio' }, {}, []],
];

describe('hold, screens and pictures as a machine', () => {
  for (const [state, input, becomes, does] of table) {
    it(`[F9] ${state.mode} ${state.question}: ${Object.values(input).join(' ')} → ${Object.entries(becomes).join(' ') || 'the same'}; ${does.join(', ') || 'nothing'}`, () => {
      const next = mediaStep(state, input);
      expect(next.state).to.deep.equal({ ...state, ...becomes });
      expect(next.effects.map(brief)).to.deep.equal(does);
    });
  }

  const inputs = fc.oneof(
    fc.record({ type: fc.constant('hold' as const), on: fc.boolean() }),
    fc.record({ type: fc.constant('ask' as const) }),
    fc.record({ type: fc.constant('withdraw' as const) }),
    fc.record({ type: fc.constant('unanswered' as const) }),
    fc.record({ type: fc.constant('screen' as const), on: fc.boolean() }),
    fc.record({ type: fc.constant('answer' as const), word: fc.constantFrom('accept' as const, 'watch' as const, 'decline' as const) }),
  );
  type Turn = { who: 0 | 1; input: MediaInput } | { who: 0 | 1; deliver: true };
  const turns = fc.array(fc.oneof(
    fc.record({ who: fc.constantFrom(0 as const, 1 as const), input: inputs }),
    fc.record({ who: fc.constantFrom(0 as const, 1 as const), deliver: fc.constant(true as const) }),
  ), { maxLength: 60 });

  it('[F9] whatever two people do, and however late their words come: both end with the same kind of call, nobody waits for ever, and no camera is shown that its owner did not turn on', () => {
    fc.assert(fc.property(turns, (script: Turn[]) => {
      const sides: MediaModel[] = [voice, voice];
      /** What the server has passed on and a side has not heard. */
      const mail: MediaInput[][] = [[], []];
      const wished = [false, false];
      let mode: 'audio' | 'video' = 'audio';
      const feed = (who: 0 | 1, input: MediaInput): void => {
        if (input.type === 'ask' || (input.type === 'answer' && input.word === 'accept')) wished[who] = true;
        const { state, effects } = mediaStep(sides[who]!, input);
        sides[who] = state;
        const peer = who === 0 ? 1 : 0;
        for (const effect of effects) {
          if (effect.type === 'tell-media') mail[peer]!.push({ type: 'told', screen: state.screenOn, held: state.held });
          if (effect.type === 'show-camera') expect(wished[who]).to.equal(true);
          if (effect.type !== 'say-video') continue;
          mail[peer]!.push({ type: 'heard', word: effect.word });
          if (mode === 'video' || !(['accept', 'watch', 'show'] satisfies VideoWord[] as VideoWord[]).includes(effect.word)) continue;
          mode = 'video';
          for (const box of mail) box.push({ type: 'mode', mode });
        }
      };
      for (const turn of script) {
        if ('input' in turn) feed(turn.who, turn.input);
        else if (mail[turn.who]!.length > 0) feed(turn.who, mail[turn.who]!.shift()!);
      }
      for (let more = true; more;) {
        more = false;
        for (const who of [0, 1] as const) {
          for (const input of mail[who]!.splice(0)) {
            feed(who, input);
            more = true;
          }
        }
      }
      const [a, b] = sides as [MediaModel, MediaModel];
      expect([a.mode, b.mode]).to.deep.equal([mode, mode]);
      // Who asks is being asked over there, and the other way round.
      expect([a.question === 'asking', b.question === 'asking']).to.deep.equal([b.question === 'asked', a.question === 'asked']);
      expect([a.remoteHeld, b.remoteHeld, a.remoteScreenOn, b.remoteScreenOn]).to.deep.equal([b.held, a.held, b.screenOn, a.screenOn]);
      expect(isHeld(a)).to.equal(isHeld(b));
    }), { numRuns: 1000 });
  });
});
