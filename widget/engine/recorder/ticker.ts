// A worker that says "draw" so many times a second: timers of a hidden page are slowed down, those of a worker are not.
let timer: ReturnType<typeof setInterval> | undefined;

self.onmessage = ({ data }: MessageEvent<number>) => {
  clearInterval(timer);
  timer = setInterval(() => self.postMessage(0), data);
};
