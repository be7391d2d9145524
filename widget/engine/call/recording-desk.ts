import type { Call, CallMode, PrincipalKind } from '../../../protocol/shapes.ts';
import type { Recorder } from '../../../protocol/site.ts';
import { recordedMode, recorderRole, type RecorderRole } from '../recorder/recorder-role.ts';

/** A recording of one call, as its run sees it. */
export interface RunningRecording {
  /** From now on. Before it everything is only made ready. */
  start(): void;
  /** A track was exchanged: plug the new one in. */
  replug(): void;
  /** The call became one with pictures, or one without: what follows is recorded so. */
  modeChanged(mode: CallMode): void;
  /** Takes what was said so far and ends; the upload goes on behind the scenes. */
  stop(how: { callOver: boolean }): void;
}

/** What a recording is made of. `refused`: there will be none, this browser or the server says so. */
export interface RecordingWish {
  call: Call;
  kind: PrincipalKind;
  mode: CallMode;
  /** Sound alone, to fill the holes of the other side's recording. */
  standby: boolean;
  /** How long a piece is, in ms: what a crash may cost. */
  timesliceMs: number;
  local: MediaStream;
  remote: MediaStream;
  /** The screens that are shown, while they are: in the recording they are the large picture. */
  screens?: { local: MediaStream; remote: MediaStream };
  /** What comes in from guests, as they are now: on the team's side of the recording. */
  guests?: () => readonly MediaStream[];
  refused(): void;
}

/** The recording of a run's call: made ready, begun and ended as the machine says; by the site's word, or not at all. */
export interface RecordingDesk {
  /** The server's word on who records; true when this side does. */
  told(recorder: Recorder | undefined): boolean;
  prepare(): void;
  record(on: boolean): void;
  replug(): void;
  modeChanged(mode: CallMode): void;
  stop(): void;
}

/** What a desk is made of. */
export interface RecordingDeskOptions {
  kind: PrincipalKind;
  /** Makes a recording ready; absent: this side never records. */
  make: ((wish: RecordingWish) => Promise<RunningRecording>) | undefined;
  /** What there is to record; null while there is no call. */
  subject(): Pick<RecordingWish, 'call' | 'mode' | 'local' | 'remote' | 'screens' | 'guests'> | null;
  callOver(): boolean;
  refused(): void;
}

/** Makes a desk that has heard no word yet. */
export function createRecordingDesk({ kind, make, subject, callOver, refused }: RecordingDeskOptions): RecordingDesk {
  let role: RecorderRole | null = null;
  let recording: Promise<RunningRecording> | null = null;
  let running: RunningRecording | null = null;

  const prepare = (): void => {
    const of = subject();
    if (recording || !of || !make || !role) return;
    const { standby, timesliceMs } = role;
    const mine = make({ ...of, kind, standby, timesliceMs, mode: recordedMode(role, of.mode), refused });
    recording = mine;
    // Without the recorder's chunk there is no recording: the call itself goes on.
    mine.then((ready) => recording === mine && (running = ready), refused);
  };

  const stop = (): void => {
    const how = { callOver: callOver() };
    // A recording that runs is stopped in this tick, before its tracks end.
    running?.stop(how);
    void recording?.then((late) => late.stop(how), () => undefined);
    recording = running = null;
  };

  return {
    told(recorder) {
      if (!make) return false;
      role = recorderRole(kind, recorder);
      return role !== null;
    },
    prepare,
    record(on) {
      if (!on) return stop();
      prepare();
      const mine = recording;
      if (running) running.start();
      else void mine?.then((ready) => recording === mine && ready.start(), () => undefined);
    },
    replug: () => running?.replug(),
    modeChanged(mode) {
      if (role) void recording?.then((it) => it.modeChanged(recordedMode(role!, mode)), () => undefined);
    },
    stop,
  };
}
