import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext } from 'playwright-core';
import { findChromium } from '../services/chromium.ts';
import { removeFolder, temporaryFolder } from '../services/temporary-folder.ts';
import { blue, green, red, writeColour, writeTone } from './fake-media.ts';

/** What each side's microphone hears, and that of a colleague who is a guest, in hertz. */
export const tones = { visitor: 440, agent: 880, supervisor: 620 } as const;
/** What each side's camera sees. */
export const colours = { visitor: red, agent: blue, supervisor: green } as const;

/** The two members of a call. */
export type Side = 'visitor' | 'agent';

/** A Chromium process of its own, with its own microphone and camera. */
export interface FakeBrowser {
  /** A window of somebody new: no cookies, no storage. */
  open(): Promise<BrowserContext>;
  /** Ends the whole process at once, as a crash does. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

/**
 * `relayOnly`: calls may only go through a TURN server, as behind the worst of networks. `executable`: what starts Chromium, when it
 * is not Chromium itself; `args`: more of its arguments.
 */
export interface BrowserOptions {
  relayOnly?: boolean;
  executable?: string;
  args?: readonly string[];
}

/** Starts a browser for one side, or for a guest. */
export async function startBrowser(side: keyof typeof tones, { relayOnly = false, executable, args = [] }: BrowserOptions = {}): Promise<FakeBrowser> {
  const folder = temporaryFolder(`browser-${side}`);
  const microphone = join(folder, 'microphone.wav');
  const camera = join(folder, 'camera.y4m');
  writeTone(microphone, tones[side]);
  writeColour(camera, colours[side]);
  const executablePath = executable ?? findChromium();
  if (!executablePath) throw new Error('Chromium is missing.');
  const server = await chromium.launchServer({
    executablePath,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-dev-shm-usage',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-audio-capture=${microphone}`,
      `--use-file-for-fake-video-capture=${camera}`,
      '--autoplay-policy=no-user-gesture-required',
      '--disable-features=WebRtcHideLocalIpsWithMdns',
      '--allow-loopback-in-peer-connection',
      ...args,
    ],
  });
  const browser: Browser = await chromium.connect(server.wsEndpoint());
  return {
    async open() {
      const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1100, height: 850 }, permissions: ['microphone', 'camera'] });
      context.setDefaultTimeout(90_000);
      // tsx puts this around functions that have a name; one that is sent into a page has it there too.
      await context.addInitScript('globalThis.__name ??= (named) => named;');
      // A tone is not a voice: what cancels echo and noise would take it out of the call. And what was taken is remembered,
      // so that a test can see whether it was let go.
      await context.addInitScript(() => {
        const devices = navigator.mediaDevices as MediaDevices | undefined;
        if (!devices) return;
        const takenTracks: MediaStreamTrack[] = [];
        Object.assign(window, { takenTracks });
        const take = devices.getUserMedia.bind(devices);
        devices.getUserMedia = async (constraints) => {
          const audio = typeof constraints?.audio === 'object' ? constraints.audio : {};
          const plain = { ...audio, echoCancellation: false, noiseSuppression: false, autoGainControl: false };
          const stream = await take(constraints?.audio ? { ...constraints, audio: plain } : constraints);
          takenTracks.push(...stream.getTracks());
          return stream;
        };
      });
      if (relayOnly) {
        await context.addInitScript(() => {
          window.RTCPeerConnection = class extends RTCPeerConnection {
            constructor(configuration?: RTCConfiguration) {
              super({ ...configuration, iceTransportPolicy: 'relay' });
              this.addEventListener('icecandidateerror', ({ errorCode, errorText, url }) => console.warn('no candidate', errorCode, errorText, url));
              this.addEventListener('connectionstatechange', () => console.info('connection', this.connectionState));
            }
            override setConfiguration(configuration?: RTCConfiguration): void {
              super.setConfiguration({ ...configuration, iceTransportPolicy: 'relay' });
            }
          };
        });
      }
      return context;
    },
    async kill() {
      await server.kill();
      removeFolder(folder);
    },
    async close() {
      await server.close();
      removeFolder(folder);
    },
  };
}
