// The bundler's address of the worker, apart from its construction: Trusted Types have to pass it first.
import tickerUrl from './ticker.ts?worker&url';
import { trustedScript } from './trusted-script.ts';

/** Both pictures side by side as one track: the visitor left, the agent right. While a screen is shown it is large, and they stand beside it, one below the other. */
export interface Compositor {
  readonly track: MediaStreamTrack;
  close(): void;
}

/** One half of the picture. The name stands there while there is no camera. */
export interface CompositorSide {
  stream: MediaStream;
  name: string;
  /** Where its shown screen comes and goes. */
  screen?: MediaStream;
}

/** The size of the composite, and how often it is drawn. */
export const WIDTH = 640;
export const HEIGHT = 360;
const FPS = 15;

interface Place {
  x: number;
  y: number;
  w: number;
  h: number;
}

/** Where a shown screen stands. */
const SCREEN: Place = { x: 0, y: 0, w: 500, h: HEIGHT };

/** Makes a compositor and begins to draw. */
export function createCompositor({ visitor, agent }: { visitor: CompositorSide; agent: CompositorSide }): Compositor {
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const context = canvas.getContext('2d', { alpha: false })!;
  const faces = [visitor, agent].map(({ stream, name }) => ({ ...source(stream), name }));
  const screens = [visitor, agent].flatMap(({ screen }) => (screen ? [source(screen)] : []));

  const draw = (): void => {
    // All of them: one that ended has to let its track go.
    const [screen] = screens.map((each) => each.picture()).filter((picture) => picture !== null);
    if (screen) {
      fill(context, SCREEN);
      drawWhole(context, screen, SCREEN);
    }
    faces.forEach(({ picture, name }, index) => {
      const place = screen
        ? { x: SCREEN.w, y: (index * HEIGHT) / 2, w: WIDTH - SCREEN.w, h: HEIGHT / 2 }
        : { x: (index * WIDTH) / 2, y: 0, w: WIDTH / 2, h: HEIGHT };
      const face = picture();
      if (face) drawMiddle(context, face, place);
      else drawName(context, name, place);
    });
  };

  draw();
  const stream = canvas.captureStream(FPS);
  const stop = tick(1000 / FPS, draw);

  return {
    track: stream.getVideoTracks()[0]!,
    close() {
      stop();
      for (const track of stream.getTracks()) track.stop();
      for (const { close } of [...faces, ...screens]) close();
    },
  };
}

/** Shows a stream's picture while there is one: a track that is off, held or muted has none. */
function source(stream: MediaStream): { picture(): HTMLVideoElement | null; close(): void } {
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  return {
    picture() {
      const track = stream.getVideoTracks().find((each) => each.readyState === 'live' && each.enabled && !each.muted);
      if (track && (video.srcObject as MediaStream | null)?.getVideoTracks()[0] !== track) {
        video.srcObject = new MediaStream([track]);
        video.play().catch(() => undefined);
      }
      if (!track) video.srcObject = null;
      return track && video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && video.videoWidth > 0 ? video : null;
    },
    close() {
      video.srcObject = null;
    },
  };
}

function fill(context: CanvasRenderingContext2D, { x, y, w, h }: Place): void {
  context.fillStyle = '#15171d';
  context.fillRect(x, y, w, h);
}

/** Fills the place with the middle of the picture. */
function drawMiddle(context: CanvasRenderingContext2D, video: HTMLVideoElement, { x, y, w, h }: Place): void {
  const scale = Math.max(w / video.videoWidth, h / video.videoHeight);
  const [sw, sh] = [w / scale, h / scale];
  context.drawImage(video, (video.videoWidth - sw) / 2, (video.videoHeight - sh) / 2, sw, sh, x, y, w, h);
}

/** Shows all of the picture in the middle of the place: of a screen nothing may be missing. */
function drawWhole(context: CanvasRenderingContext2D, video: HTMLVideoElement, { x, y, w, h }: Place): void {
  const scale = Math.min(w / video.videoWidth, h / video.videoHeight);
  const [dw, dh] = [video.videoWidth * scale, video.videoHeight * scale];
  context.drawImage(video, x + (w - dw) / 2, y + (h - dh) / 2, dw, dh);
}

function drawName(context: CanvasRenderingContext2D, name: string, place: Place): void {
  fill(context, place);
  const { x, y, w, h } = place;
  context.fillStyle = '#b4b8c6';
  context.font = '20px system-ui, sans-serif';
  context.textAlign = 'center';
  context.fillText(name, x + w / 2, y + h / 2, w - 32);
}

/** Calls `work` every `ms`, by a worker where one may be had (another origin's page may not), else by this page's timer. */
function tick(ms: number, work: () => void): () => void {
  let fallback: ReturnType<typeof setInterval> | undefined;
  const fallBack = (): void => void (fallback ??= setInterval(work, ms));
  let worker: Worker | undefined;
  try {
    worker = new Worker(trustedScript(tickerUrl), { type: 'module' });
    worker.onmessage = work;
    worker.onerror = fallBack;
    worker.postMessage(ms);
  } catch {
    fallBack();
  }
  return () => {
    clearInterval(fallback);
    if (!worker) return;
    worker.onerror = null;
    worker.terminate();
  };
}
