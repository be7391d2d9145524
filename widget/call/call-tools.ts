import type { CallEngine, CallView } from '../engine/call/call-engine.ts';
import type { CallTexts } from '../texts/call-texts.ts';
import { devicesIcon, floatingIcon, fullScreenIcon, goOnIcon, holdIcon, screenIcon } from './call-icons.ts';
import type { MoreItem } from './call-more.ts';

/** What a call's menu works on. */
export interface CallToolsOptions {
  view: CallView;
  engine: CallEngine;
  texts: CallTexts['media'];
  /** What fills the screen. */
  stage: HTMLElement;
  /** The large picture, if there is one. */
  picture: HTMLVideoElement | null;
  /** Whether this side may turn a voice call into one with pictures. */
  pictures: boolean;
  devices(): void;
}

/** What a call can do at this moment in this browser, beside its large buttons. What the browser cannot is not there. */
export function callTools({ view, engine, texts: t, stage, picture, pictures, devices }: CallToolsOptions): MoreItem[] {
  const shares = 'getDisplayMedia' in (navigator.mediaDevices ?? {}) && (pictures || view.mode === 'video');
  const { held = false, screen = null } = view.media ?? {};
  const full = document.fullscreenElement !== null && stage.matches(':fullscreen');
  const floats = document.pictureInPictureEnabled && picture !== null;
  return [
    ...(shares ? [{ action: 'share', words: screen ? t.stopSharing : t.shareScreen, icon: screenIcon, on: screen !== null, act: () => void engine.shareScreen(!screen) }] : []),
    { action: 'hold', words: held ? t.letGo : t.hold, icon: held ? goOnIcon : holdIcon, on: held, act: () => engine.hold(!held) },
    { action: 'devices', words: t.devices, icon: devicesIcon, act: devices },
    // A browser may refuse either without telling before: then it stays as it was.
    ...(floats ? [{ action: 'floating', words: t.floating, icon: floatingIcon, act: () => void picture.requestPictureInPicture().catch(() => undefined) }] : []),
    ...(document.fullscreenEnabled
      ? [{ action: 'full-screen', words: full ? t.leaveFullScreen : t.fullScreen, icon: fullScreenIcon, on: full, act: () => void (full ? document.exitFullscreen() : stage.requestFullscreen()).catch(() => undefined) }]
      : []),
  ];
}
