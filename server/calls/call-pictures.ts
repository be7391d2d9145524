import type { Call, VideoWord } from '../../protocol/shapes.ts';
import type { SiteProfile } from '../../protocol/site.ts';
import { problem } from '../errors.ts';
import type { Hub, Topic } from '../hub/hub.ts';
import type { CallSides } from './call-sides.ts';
import type { Caller } from './calls.ts';
import type { CallRecord, CallsStore } from './calls.store.ts';

/** What a word about pictures needs. */
export interface CallPicturesOptions {
  store: Pick<CallsStore, 'find' | 'showPictures'>;
  hub: Hub;
  sides: Pick<CallSides, 'peerOf'>;
  sites: { profile(siteId: string): Promise<Pick<SiteProfile, 'calls'>> };
  view(call: CallRecord): Call;
  /** Everybody who is in the call. */
  everybody(call: CallRecord): Topic[];
  /** The call has pictures from now on. */
  shown(call: CallRecord): void;
}

/** After these words it is a video call: for the history, the recording and everybody who asks. */
const AGREED: ReadonlySet<VideoWord> = new Set(['accept', 'watch', 'show']);

/**
 * Passes on what a member says about pictures in a voice call, to the other member alone. A visitor asks for none where the
 * site takes no video calls. Nobody's camera goes on by it: each side turns on its own.
 */
export function createCallPictures({ store, hub, sides, sites, view, everybody, shown }: CallPicturesOptions) {
  return async (caller: Caller, callId: string, word: VideoWord): Promise<void> => {
    const { principal } = caller;
    const peer = await sides.peerOf(caller, callId);
    const own = principal.kind === 'visitor' && (word === 'ask' || word === 'show');
    if (own && !(await sites.profile(principal.siteId)).calls.video) throw problem('forbidden', 'This site takes no video calls.');
    hub.publish([peer], { type: 'call.video', callId, from: caller.connectionId, word });
    if (!AGREED.has(word) || !(await store.showPictures(principal.organisationId, callId))) return;
    const call = await store.find(principal.organisationId, callId);
    if (!call) return;
    shown(call);
    hub.publish(everybody(call), { type: 'call.updated', call: view(call) });
  };
}
