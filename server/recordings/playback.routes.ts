import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { HoldBody, RecordingTimeline, Waveform } from '../../protocol/playback.ts';
import { Id, Recording } from '../../protocol/shapes.ts';
import { staffOf } from '../auth/authenticate.ts';
import type { LegalHolds } from './legal-hold.ts';
import type { RecordingTimelines } from './recording-timeline.ts';
import type { Waveforms } from './waveforms.ts';

const params = Type.Object({ id: Id });
const tags = ['recordings'];

/** What a player shows beside the sound, and holding. */
export const playbackRoutes: FastifyPluginAsyncTypebox<{ waveforms: Waveforms; timelines: RecordingTimelines; holds: LegalHolds }> = async (app, { waveforms, timelines, holds }) => {
  app.get('/v1/recordings/:id/waveform', {
    config: { may: 'recordings:read', refuses: ['unavailable'] },
    schema: {
      tags, params, response: { 200: Waveform }, summary: 'How loud each speaker is, over the whole recording',
      description: 'Made once, after the file. Asked for before it is made the answer is `unavailable`, and it is being made: ask again. Without a file, or when none can be made, `not_found`.',
    },
  }, async (request, reply) => {
    reply.header('cache-control', 'private, no-store');
    return waveforms.get(staffOf(request), request.params.id);
  });

  app.get('/v1/recordings/:id/timeline', {
    config: { may: 'recordings:read' },
    schema: {
      tags, params, response: { 200: RecordingTimeline }, summary: 'What happened while it ran, on the clock of the recording',
      description: 'Lines and notes of the conversation from a minute before the call to a minute after it, who came and went, consents, pauses, gaps, and when a line was poor. '
        + 'An API key gets lines and notes only with the scope `conversations:read`.',
    },
  }, async (request, reply) => {
    reply.header('cache-control', 'private, no-store');
    return timelines.of(staffOf(request), request.params.id);
  });

  app.put('/v1/recordings/:id/hold', {
    config: { may: 'recordings:hold', refuses: ['unprocessable'] },
    schema: {
      tags, params, body: HoldBody, response: { 200: Recording }, summary: 'Hold a recording: nobody may delete it',
      description: 'Neither retention, nor somebody who deletes it or its conversation, nor erasing its visitor removes it, its call and their conversation until the hold ends.',
    },
  }, async (request) => holds.hold(staffOf(request), request.params.id, request.body.reason));

  app.delete('/v1/recordings/:id/hold', {
    config: { may: 'recordings:hold' },
    schema: { tags, params, response: { 200: Recording }, summary: 'End a hold', description: 'An erasing of its visitor that waited for this is finished now.' },
  }, async (request) => holds.release(staffOf(request), request.params.id));
};
