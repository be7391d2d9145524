/**
 * Whether bytes of a call are being recorded at this moment: the light that both members see. It lives in memory, because
 * it is about this moment; after a restart the next chunk lights it again.
 */
export interface RecordingLight {
  isOn(callId: string): boolean;
  /** `recorder` records; true when the light went on by that. */
  light(callId: string, recorder: string): boolean;
  /** `recorder` no longer records; true when the light went out by that. */
  dim(callId: string, recorder: string): boolean;
  /** Nobody records any more; true when the light went out by that. */
  putOut(callId: string): boolean;
}

/** Makes a light that is out for every call. */
export function createRecordingLight(): RecordingLight {
  const recorders = new Map<string, Set<string>>();
  return {
    isOn: (callId) => recorders.has(callId),
    light(callId, recorder) {
      const lit = recorders.get(callId);
      if (lit) {
        lit.add(recorder);
        return false;
      }
      recorders.set(callId, new Set([recorder]));
      return true;
    },
    dim(callId, recorder) {
      const lit = recorders.get(callId);
      if (!lit?.delete(recorder) || lit.size > 0) return false;
      return recorders.delete(callId);
    },
    putOut: (callId) => recorders.delete(callId),
  };
}
