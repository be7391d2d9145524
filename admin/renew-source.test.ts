import { expect } from '@esm-bundle/chai';
import { renewSource, renewStalled, type RenewableMedia } from './renew-source.ts';

function player(currentTime: number, paused: boolean) {
  const calls: string[] = [];
  const media: RenewableMedia = {
    currentTime, paused, playbackRate: 1.5, readyState: 1,
    load() {
      calls.push('load');
      Object.assign(media, { currentTime: 0, playbackRate: 1 });
    },
    async play() {
      calls.push('play');
    },
  };
  return { media, calls };
}

describe('[G5] a player whose address has run out', () => {
  it('asks anew and goes on where it was, as fast as it was', () => {
    const { media, calls } = player(61.5, false);
    expect(renewSource(media)).to.equal(true);
    expect(calls).to.deep.equal(['load', 'play']);
    expect([media.currentTime, media.playbackRate]).to.deep.equal([61.5, 1.5]);
  });

  it('stays paused when it was', () => {
    const { media, calls } = player(61.5, true);
    expect(renewSource(media)).to.equal(true);
    expect(calls).to.deep.equal(['load']);
  });

  it('asks anew when it stalls with nothing left to play, and not while there is something', () => {
    const { media, calls } = player(61.5, false);
    renewStalled({ ...media, readyState: 3 });
    expect(calls).to.deep.equal([]);
    renewStalled(media);
    expect(calls).to.deep.equal(['load', 'play']);
  });

  it('gives up when the same place fails again, and tries again further on', () => {
    const { media, calls } = player(61.5, false);
    renewSource(media);
    expect(renewSource(media)).to.equal(false);
    expect(calls.length).to.equal(2);
    media.currentTime = 400;
    expect(renewSource(media)).to.equal(true);
    expect(media.currentTime).to.equal(400);
  });
});
