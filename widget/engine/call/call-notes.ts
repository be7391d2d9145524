import type { CallInput, CallModel } from './call-state.ts';
import type { Note } from './diagnostics.ts';
import { isFresh, type PairSignal } from './pairing.ts';

// What of a call's happenings goes into its diagnostics: kinds and states. What they carried, descriptions and addresses, stays out.

/** Something that happened, and where the call stands after it. */
export function noteOf(input: CallInput, { phase, peerPresent, trouble, call }: CallModel): Note {
  return {
    what: input.type, phase, peerPresent, trouble, call: call?.state ?? null,
    ...(input.type === 'path' ? { path: input.path } : {}),
    ...('code' in input ? { code: input.code } : {}),
  };
}

/** A signal, by its kind alone; of a candidate how it was found. */
export function noteOfSignal(way: 'in' | 'out', signal: PairSignal, pair: number): Note {
  if (signal === null) return { what: 'signal', way, kind: 'end', pair };
  if (isFresh(signal) || 'type' in signal) return { what: 'signal', way, kind: signal.type, pair };
  const [, found = ''] = / typ (host|srflx|prflx|relay)\b/.exec(signal.candidate) ?? [];
  return { what: 'signal', way, kind: 'candidate', found, pair };
}
