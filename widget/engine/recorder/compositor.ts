// The bundler's address of the worker, apart from its construction: Trusted Types have to pass it first.
import tickerUrl from './ticker.ts?worker&url';
import { trustedScript } from './trusted-script.ts';

/** Both pictures side by side as one track: the visitor left, the agent right. */
export interface Compositor {
  readonly track: MediaStreamTrack;
  close(): void;
}

/** One half of the picture. The name stands there while there is no camera. */
export interface CompositorSide {
  stream: MediaStream;
  name: string;
}

/** The size of the composite, and how often it is drawn. */
export const WIDTH = 640;
export const HEIGHT = 360;
const FPS = 15;

/** Makes a compositor and begins to draw. */
export function createCompositor({ visitor, agent }: { visitor: CompositorSide; agent: CompositorSide }): Compositor {
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const context = canvas.getContext('2d', { alpha: false })!;
  const halves = [visitor, agent].map(({ stream, name }, index) => {
    const video = document.createElement('video');
    video.muted = true;
    video.playsInline = true;
    return { video, stream, name, x: (index * WIDTH) / 2 };
  });

  const draw = (): void => {
    for (const { video, stream, name, x } of halves) {
      const track = stream.getVideoTracks().find((each) => each.readyState === 'live' && !each.muted);
      if (track && (video.srcObject as MediaStream | null)?.getVideoTracks()[0] !== track) {
        video.srcObject = new MediaStream([track]);
        video.play().catch(() => undefined);
      }
      if (!track) video.srcObject = null;
      if (track && video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && video.videoWidth > 0) drawPicture(context, video, x);
      else drawName(context, name, x);
    }
  };

  draw();
  const stream = canvas.captureStream(FPS);
  const stop = tick(1000 / FPS, draw);

  return {
    track: stream.getVideoTracks()[0]!,
    close() {
      stop();
      for (const track of stream.getTracks()) track.stop();
      for (const { video } of halves) video.srcObject = null;
    },
  };
}

/** Fills the half with the middle of the picture. */
function drawPicture(context: CanvasRenderingContext2D, video: HTMLVideoElement, x: number): void {
  const [w, h] = [WIDTH / 2, HEIGHT];
  const scale = Math.max(w / video.videoWidth, h / video.videoHeight);
  const [sw, sh] = [w / scale, h / scale];
  context.drawImage(video, (video.videoWidth - sw) / 2, (video.videoHeight - sh) / 2, sw, sh, x, 0, w, h);
}

function drawName(context: CanvasRenderingContext2D, name: string, x: number): void {
  context.fillStyle = '#15171d';
  context.fillRect(x, 0, WIDTH / 2, HEIGHT);
  context.fillStyle = '#b4b8c6';
  context.font = '20px system-ui, sans-serif';
  context.textAlign = 'center';
  context.fillText(name, x + WIDTH / 4, HEIGHT / 2, WIDTH / 2 - 32);
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
