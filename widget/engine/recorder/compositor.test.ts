import { expect } from '@esm-bundle/chai';
import { waitFor } from '../testing/wait-for.ts';
import { HEIGHT, WIDTH, createCompositor } from './compositor.ts';

/** A camera that sees one colour. */
function camera(colour: string): MediaStream {
  const canvas = document.createElement('canvas');
  canvas.width = 320;
  canvas.height = 240;
  const context = canvas.getContext('2d')!;
  const paint = () => {
    context.fillStyle = colour;
    context.fillRect(0, 0, 320, 240);
  };
  paint();
  setInterval(paint, 50);
  return canvas.captureStream(20);
}

/** Plays a track and gives the element once it shows something. */
async function screen(track: MediaStreamTrack): Promise<HTMLVideoElement> {
  const video = document.createElement('video');
  video.muted = true;
  video.srcObject = new MediaStream([track]);
  document.body.append(video);
  await video.play();
  return video;
}

function colourAt(video: HTMLVideoElement, x: number, y: number): [number, number, number] {
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const context = canvas.getContext('2d')!;
  context.drawImage(video, 0, 0, WIDTH, HEIGHT);
  const [r = 0, g = 0, b = 0] = context.getImageData(x, y, 1, 1).data;
  return [r, g, b];
}

describe('compositor', () => {
  it('[G10] shows the visitor left and the agent right, drawn by a worker’s clock', async () => {
    const workers: Worker[] = [];
    const RealWorker = window.Worker;
    window.Worker = class extends RealWorker {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        workers.push(this);
      }
    };
    const compositor = createCompositor({ visitor: { stream: camera('#f00'), name: 'Visitor' }, agent: { stream: camera('#00f'), name: 'Agent' } });
    try {
      expect(workers).to.have.length(1);
      let beats = 0;
      workers[0]!.addEventListener('message', () => beats++);
      const video = await screen(compositor.track);
      await new Promise((resolve) => setTimeout(resolve, 1500));
      // 15 a second are wanted; a machine that runs other tests beside gets by with half.
      expect(beats).to.be.greaterThan(10);
      const [left, right] = [colourAt(video, WIDTH / 4, HEIGHT / 2), colourAt(video, (WIDTH * 3) / 4, HEIGHT / 2)];
      expect(left[0], `left is ${left}`).to.be.greaterThan(200);
      expect(left[2]).to.be.lessThan(60);
      expect(right[2], `right is ${right}`).to.be.greaterThan(200);
      expect(right[0]).to.be.lessThan(60);
      video.remove();
    } finally {
      window.Worker = RealWorker;
      compositor.close();
    }
    expect(compositor.track.readyState).to.equal('ended');
  });

  it('a side without a camera is its name on a calm ground, and a worker that may not be had is done without', async () => {
    const RealWorker = window.Worker;
    window.Worker = class {
      constructor() {
        throw new DOMException('refused', 'SecurityError');
      }
    } as unknown as typeof Worker;
    const compositor = createCompositor({ visitor: { stream: new MediaStream(), name: 'Calm Otter' }, agent: { stream: camera('#0f0'), name: 'Agent' } });
    try {
      const video = await screen(compositor.track);
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const [left, right] = [colourAt(video, 20, 20), colourAt(video, (WIDTH * 3) / 4, HEIGHT / 2)];
      expect(Math.max(...left), `left is ${left}`).to.be.lessThan(60);
      expect(right[1], `right is ${right}`).to.be.greaterThan(200);
      video.remove();
    } finally {
      window.Worker = RealWorker;
      compositor.close();
    }
  });

  it('[F9] a shown screen is large and whole, both faces beside it; a face that is off is its name', async () => {
    const shared = camera('#ff0');
    const face = camera('#f00');
    const screens = new MediaStream();
    const compositor = createCompositor({ visitor: { stream: face, name: 'Visitor' }, agent: { stream: camera('#00f'), name: 'Agent', screen: screens } });
    const sees = (x: number, y: number, [r, g, b]: [boolean, boolean, boolean]) => () => {
      const seen = colourAt(video, x, y);
      return [r, g, b].every((wanted, index) => (wanted ? seen[index]! > 200 : seen[index]! < 90));
    };
    const video = await screen(compositor.track);
    await waitFor('the visitor left', sees(WIDTH / 4, HEIGHT / 2, [true, false, false]));
    screens.addTrack(shared.getVideoTracks()[0]!);
    await waitFor('the screen large', sees(WIDTH / 4, HEIGHT / 2, [true, true, false]));
    await waitFor('the visitor above', sees(WIDTH - 20, 40, [true, false, false]));
    await waitFor('the agent below', sees(WIDTH - 20, HEIGHT - 40, [false, false, true]));
    face.getVideoTracks()[0]!.enabled = false;
    await waitFor('the visitor is off', sees(WIDTH - 10, 20, [false, false, false]));
    screens.removeTrack(shared.getVideoTracks()[0]!);
    await waitFor('the agent right again', sees((WIDTH * 3) / 4, HEIGHT / 2, [false, false, true]));
    compositor.close();
    video.remove();
  });
});
