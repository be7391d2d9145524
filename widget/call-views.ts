// Everything that is seen and heard of calls, in one chunk that comes with the first call.
import './call/call-choice.ts';
import './call/call-frame.ts';
import './call/call-view.ts';
import './call/incoming-call.ts';
import './call/preflight.ts';
import './call/unanswered.ts';

export { beforeCall, callStage } from './call/call-stage.ts';
export { loadCallTexts } from './texts/call-texts.ts';
export { createRingTone, type RingTone } from './call/ring-tone.ts';
