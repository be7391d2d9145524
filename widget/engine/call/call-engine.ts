import type { Call, CallEndReason, CallMode } from '../../../protocol/shapes.ts';
import type { Readable } from '../store.ts';
import type { CareView } from './call-care.ts';
import type { DeviceKind, DeviceList } from './device-choice.ts';
import type { GuestShown } from './guest-table.ts';
import type { MediaModel } from './media-state.ts';

/**
 * Where a call is, as a person sees it: `away` it goes on without this page, which was reloaded or is another window, and it can
 * be returned to · `preparing` asks for microphone and camera · `outgoing` rings over there ·
 * `connecting` accepted, no sound yet · `connected` · `reconnecting` the media path or the other side is gone for now · `ended`.
 */
export type CallPhase = 'away' | 'preparing' | 'outgoing' | 'connecting' | 'connected' | 'reconnecting' | 'ended';

/** What kept a microphone or camera from us, or the call from its media. Each has its own words on screen. */
export type CallTrouble =
  | 'permission_denied' | 'permission_dismissed' | 'no_microphone' | 'no_camera' | 'device_in_use' | 'insecure_page'
  | 'not_supported' | 'not_allowed_here' | 'playback_blocked' | 'offline' | 'refused' | 'no_route'
  /** Not a fault: a colleague was faster · another of the member's own windows carries the call now · one call at a time · a
   * colleague whom it was handed over to carries it. */
  | 'answered_elsewhere' | 'superseded' | 'already_in_call' | 'handed_over';

/** Hold, shared screens, and the question about pictures in a voice call. */
export interface MediaShown {
  /** This side holds the call · the other side does. Nobody hears or sees anybody then. */
  held: boolean;
  remoteHeld: boolean;
  /** The own shared screen · the other side's. Null: none. */
  screen: MediaStream | null;
  remoteScreen: MediaStream | null;
  question: MediaModel['question'];
  refused: MediaModel['refused'];
}

/** Everything that a view of a call shows. Null streams: not there (yet). */
export interface CallView {
  call: Call | null;
  phase: CallPhase;
  mode: CallMode;
  /** Whether this side started it. */
  outgoing: boolean;
  local: MediaStream | null;
  remote: MediaStream | null;
  microphoneOn: boolean;
  cameraOn: boolean;
  remoteMicrophoneOn: boolean;
  remoteCameraOn: boolean;
  /** What stands beside microphones and cameras; absent until the engine is there. */
  media?: MediaShown;
  /** Whether the other side's link to the server is up. */
  peerPresent: boolean;
  /** What both sides see of the recording: being recorded now, and whether it is allowed. */
  recording: { on: boolean; paused: boolean; allowed: boolean };
  /** While it rings at the team: the own place in the line (1 = next), and a guess of the wait in ms. */
  queue: { position: number; etaMs: number | null } | null;
  /** `wire.serverNow()` when sound began to flow, ms since the epoch; for the clock on screen. */
  connectedAt: number | null;
  endReason: CallEndReason | null;
  trouble: CallTrouble | null;
  /** How it goes, and what happened; absent until the engine is there. */
  care?: CareView;
  /** Who is in the call beside its two members; absent until the engine is there. */
  guests?: readonly GuestShown[];
}

/** One member's side of calls, at most one at a time. Loaded when the first call is started or accepted. */
export interface CallEngine {
  /** Null: no call. An ended call stays for its last words until `dismiss`. */
  readonly view: Readable<CallView | null>;
  /** Rings the other side. `consent`: whether this member agrees to the recording. `listen`: without a microphone, which can be turned on later. */
  start(options: { mode: CallMode; conversationId?: string; consent: boolean; listen?: boolean; locale: string; textVersion?: string }): Promise<void>;
  /** Answers a ringing call, or returns to one of this member's that goes on; also resumes the media after a reconnect by itself. */
  accept(call: Call, options: { consent: boolean; locale: string; textVersion?: string }): Promise<void>;
  /** Tries anew what a device or the link kept from us: the same call, with the same word about its recording. Call it inside a click. */
  again(options: { listen: boolean }): Promise<void>;
  decline(call: Call): Promise<void>;
  /** Cancels what rings, hangs up what runs. Microphone and camera are released before it resolves. */
  hangUp(): Promise<void>;
  setMicrophone(on: boolean): void;
  /** In a voice call the other side is asked first; `off` takes the question back. */
  setCamera(on: boolean): Promise<void>;
  /** The other side would like pictures: both cameras, only theirs, or none. */
  answerVideo(word: 'accept' | 'watch' | 'decline'): void;
  /** Nobody hears or sees the other until both have let go; then everything is as it was. */
  hold(on: boolean): void;
  /** Asks for a screen, inside a click. */
  shareScreen(on: boolean): Promise<void>;
  /** The devices of this machine by their names, as they come and go. */
  readonly devices: Readable<DeviceList>;
  /** Takes another device, and remembers it in this browser. */
  chooseDevice(kind: DeviceKind, id: string): Promise<void>;
  /** Holds the recording, or goes on with it, for both sides. What runs here stops at once, whatever the link does. */
  pauseRecording(on: boolean): void;
  /** How loud the other side is at this moment, 0 to 1. For a level ring; 0 without sound. */
  remoteLevel(): number;
  /** After `playback_blocked`: call inside a click. */
  allowPlayback(): Promise<void>;
  /** Takes the ended call off the screen. */
  dismiss(): void;
  /** Ends the call that runs and gives everything back. Uploads of a recording go on until they are done. */
  dispose(): void;
}
