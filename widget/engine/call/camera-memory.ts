import { readStored, writeStored } from '../returning.ts';

const KEY = 'peer-consult:camera';
const tab = (): Storage => sessionStorage;

/** Keeps for this tab whether the own camera is on in a call. */
export function noteCamera(callId: string, on: boolean): void {
  writeStored(KEY, on ? callId : null, tab);
}

/** Whether the camera was on in this call: whoever returns to it without having shown a picture is not shown by returning. */
export function cameraWasOn(callId: string): boolean {
  return readStored(KEY, tab) === callId;
}
