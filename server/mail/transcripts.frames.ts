import { frame, type FrameHandler } from '../gateway/frames.ts';
import type { Transcripts } from './transcripts.ts';

/** Transcripts over the socket. */
export function transcriptsFrames(transcripts: Transcripts): FrameHandler[] {
  return [
    frame('conversation.transcript', 'both', ({ conversationId, email }, { principal }) => transcripts.send(principal, conversationId, email)),
  ];
}
