import type { BrowserContext, Page } from 'playwright-core';
import { tones } from './browsers.ts';

/** Has every page of a window that is opened from now on remember what sound comes in from other browsers. */
export async function noteIncoming(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const connections: RTCPeerConnection[] = [];
    Object.assign(window, { connections });
    window.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        connections.push(this);
      }
    };
  });
}

/** Waits until exactly these of all sides' tones come in at a page, over two seconds: a tone has pauses, and a silence has to last. */
export async function hears(page: Page, wanted: readonly number[]): Promise<void> {
  await page.evaluate(
    async ([frequencies, expected]) => {
      const { connections } = window as unknown as { connections: RTCPeerConnection[] };
      const context = new AudioContext();
      const ears = new Map<MediaStreamTrack, { analyser: AnalyserNode; element: HTMLAudioElement }>();
      const deadline = Date.now() + 60_000;
      let last = '';
      for (let rounds = 0; rounds < 2; ) {
        const heard = new Set<number>();
        for (let looks = 0; looks < 20; looks++) {
          const live = connections.filter(({ connectionState }) => connectionState !== 'closed').flatMap((each) => each.getReceivers()).map(({ track }) => track).filter(({ kind, readyState }) => kind === 'audio' && readyState === 'live');
          for (const track of live) {
            if (ears.has(track)) continue;
            const only = new MediaStream([track]);
            const analyser = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 });
            context.createMediaStreamSource(only).connect(analyser);
            // Chromium feeds a remote track to WebAudio only while an element plays it.
            const element = new Audio();
            element.muted = true;
            element.srcObject = only;
            void element.play();
            ears.set(track, { analyser, element });
          }
          for (const track of live) {
            const { analyser } = ears.get(track)!;
            const bins = new Float32Array(analyser.frequencyBinCount);
            analyser.getFloatFrequencyData(bins);
            for (const hertz of frequencies) {
              const [level, below, above] = [hertz, hertz * 0.89, hertz * 1.13].map((each) => bins[Math.round((each * analyser.fftSize) / context.sampleRate)]!) as [number, number, number];
              if (level > -65 && level > Math.max(below, above) + 12) heard.add(hertz);
            }
          }
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        last = [...heard].sort((a, b) => a - b).join();
        rounds = last === [...expected].sort((a, b) => a - b).join() ? rounds + 1 : 0;
        if (Date.now() > deadline) throw new Error(`Heard ${last || 'nothing'} instead of ${expected.join()}.`);
      }
      for (const { element } of ears.values()) element.srcObject = null;
      await context.close();
    },
    [Object.values(tones) as number[], [...wanted]] as const,
  );
}
