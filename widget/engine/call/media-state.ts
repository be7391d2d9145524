import type { CallMode, VideoWord } from '../../../protocol/shapes.ts';

// What two people agree on about their media while they talk, as a pure machine: hold, a shared screen, and whether a voice
// call becomes one with pictures. call-state.ts carries it, call-media.ts does what it asks for.

/** What is agreed on, and what is being asked. Microphone and camera stand in the call's own state: a hold never touches them. */
export interface MediaModel {
  mode: CallMode;
  /** Who holds the call: each side lets go of its own hold alone. */
  held: boolean;
  remoteHeld: boolean;
  screenOn: boolean;
  remoteScreenOn: boolean;
  /** `asking`: our camera waits for the other side's word. `asked`: theirs waits for ours. */
  question: 'none' | 'asking' | 'asked';
  /** What became of our last question, when nothing did. */
  refused: 'declined' | 'unanswered' | null;
}

/** What happens to the media of a call. */
export type MediaInput =
  | { type: 'hold'; on: boolean }
  | { type: 'screen'; on: boolean }
  /** The other side told of its media. */
  | { type: 'told'; screen: boolean; held: boolean }
  /** Our camera is there and would be shown. */
  | { type: 'ask' }
  /** We want to show our camera no more. */
  | { type: 'withdraw' }
  | { type: 'answer'; word: 'accept' | 'watch' | 'decline' }
  | { type: 'heard'; word: VideoWord }
  /** Nobody answered our question. */
  | { type: 'unanswered' }
  /** The server says what kind of call it is. */
  | { type: 'mode'; mode: CallMode };

/** What is to be done about the media. */
export type MediaEffect =
  /** The other side is to know of microphone, camera, screen and hold as they are now. */
  | { type: 'tell-media' }
  | { type: 'say-video'; word: VideoWord }
  /** Turn the own camera on, or show the one that waits. */
  | { type: 'show-camera' }
  /** The camera that waited for a word goes off. */
  | { type: 'drop-camera' }
  /** It is a call with pictures from here on. */
  | { type: 'mode-changed' }
  /** Waits for the word of the other side, by `unanswered`; or no longer. */
  | { type: 'await-word'; on: boolean };

/** The new state and what follows from it. */
export interface MediaStep {
  state: MediaModel;
  effects: MediaEffect[];
}

/** The media of a call that begins. */
export function mediaModel(mode: CallMode): MediaModel {
  return { mode, held: false, remoteHeld: false, screenOn: false, remoteScreenOn: false, question: 'none', refused: null };
}

/** Whether either side holds the call: nobody hears or sees anybody then. */
export function isHeld({ held, remoteHeld }: Pick<MediaModel, 'held' | 'remoteHeld'>): boolean {
  return held || remoteHeld;
}

/** The one step of the machine. The same object back: nothing changed. */
export function mediaStep(state: MediaModel, input: MediaInput): MediaStep {
  switch (input.type) {
    case 'hold':
      return input.on === state.held ? stay(state) : to(state, { held: input.on }, { type: 'tell-media' });
    case 'screen': {
      if (input.on === state.screenOn) return stay(state);
      const shared = to(state, { screenOn: input.on }, { type: 'tell-media' });
      if (!input.on || state.mode === 'video') return shared;
      // A shown screen asks nothing of the other side. It is a call with pictures now, for the history and the recording too.
      const { state: pictures, effects } = toVideo(shared.state);
      return { state: pictures, effects: [...shared.effects, { type: 'say-video', word: 'show' }, ...effects] };
    }
    case 'told':
      return input.screen === state.remoteScreenOn && input.held === state.remoteHeld ? stay(state) : to(state, { remoteScreenOn: input.screen, remoteHeld: input.held });
    case 'ask':
      if (state.mode === 'video') return to(state, {}, { type: 'show-camera' });
      // Both wanted the same: whoever was asked has answered by asking.
      if (state.question === 'asked') return answered(state, 'accept');
      return state.question === 'asking' ? stay(state) : to(state, { question: 'asking', refused: null }, { type: 'say-video', word: 'ask' }, { type: 'await-word', on: true });
    case 'withdraw':
      return state.question === 'asking' ? over(state, null, { type: 'say-video', word: 'withdraw' }) : stay(state);
    case 'unanswered':
      return state.question === 'asking' ? over(state, 'unanswered', { type: 'say-video', word: 'withdraw' }) : stay(state);
    case 'answer':
      return state.question === 'asked' ? answered(state, input.word) : stay(state);
    case 'heard':
      return heard(state, input.word);
    case 'mode':
      // A call never becomes one without pictures again.
      return input.mode === 'video' && state.mode === 'audio' ? toVideo(state) : stay(state);
  }
}

function heard(state: MediaModel, word: VideoWord): MediaStep {
  if (state.mode === 'video') return stay(state);
  switch (word) {
    case 'ask':
      if (state.question === 'asking') return answered(state, 'accept');
      return to(state, { question: 'asked', refused: null });
    case 'withdraw':
      return state.question === 'asked' ? to(state, { question: 'none' }) : stay(state);
    case 'decline':
      // Withdrawn all the same: the no may belong to an earlier question, and this one would stay on screen over there.
      return state.question === 'asking' ? over(state, 'declined', { type: 'say-video', word: 'withdraw' }) : stay(state);
    case 'accept':
    case 'watch':
      // A word that answers no question of ours: it was withdrawn meanwhile. The server's word about the mode follows anyway.
      return state.question === 'asking' ? toVideo(state) : stay(state);
    case 'show':
      return toVideo(state);
  }
}

/** We say yes or no to pictures. */
function answered(state: MediaModel, word: 'accept' | 'watch' | 'decline'): MediaStep {
  if (word === 'decline') return to(state, { question: 'none' }, { type: 'say-video', word });
  const { state: pictures, effects } = toVideo(state);
  const own: MediaEffect[] = word === 'accept' && state.question === 'asked' ? [{ type: 'show-camera' }] : [];
  return { state: pictures, effects: [{ type: 'say-video', word }, ...effects, ...own] };
}

/** It becomes a call with pictures. A camera that waited for it is shown. */
function toVideo(state: MediaModel): MediaStep {
  const waited: MediaEffect[] = state.question === 'asking' ? [{ type: 'await-word', on: false }, { type: 'show-camera' }] : [];
  return to(state, { mode: 'video', question: 'none', refused: null }, { type: 'mode-changed' }, ...waited);
}

/** Our question came to nothing. */
function over(state: MediaModel, refused: MediaModel['refused'], ...effects: MediaEffect[]): MediaStep {
  return to(state, { question: 'none', refused }, ...effects, { type: 'await-word', on: false }, { type: 'drop-camera' });
}

function stay(state: MediaModel): MediaStep {
  return { state, effects: [] };
}

function to(state: MediaModel, fields: Partial<MediaModel>, ...effects: MediaEffect[]): MediaStep {
  return { state: { ...state, ...fields }, effects };
}
