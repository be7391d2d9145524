/** What reads and writes WebM and MP4: for the merge, its checks and the waveform. */
export {
  ALL_FORMATS, BufferSource, CustomSource, EncodedAudioPacketSource, EncodedPacket, EncodedPacketSink, EncodedVideoPacketSource, Input,
  MP4, Mp4OutputFormat, Output, StreamTarget, WEBM, WebMOutputFormat, type InputAudioTrack, type InputVideoTrack, type StreamTargetChunk,
} from 'mediabunny';
