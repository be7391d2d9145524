import { frame, type FrameHandler } from '../gateway/frames.ts';
import type { ChatPlaces } from './chat-places.ts';

/** The frame by which a visitor who waits in chat asks for its place. */
export function chatPlacesFrames(places: ChatPlaces): FrameHandler[] {
  return [frame('queue.place', 'visitor', ({ conversationId }, { principal }) => places.place(principal, conversationId))];
}
