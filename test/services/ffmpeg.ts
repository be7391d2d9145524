import { findProgram } from './processes.ts';

/** One sentence on what is missing and how to get it, or null when recordings can be decoded here. */
export function missing(): string | null {
  if (findProgram('ffmpeg') && findProgram('ffprobe')) return null;
  return 'ffmpeg is missing: `apt-get install ffmpeg` on Debian, `brew install ffmpeg` on macOS. Only the tests use it.';
}
