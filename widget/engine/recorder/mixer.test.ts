import { earOn, hearsOnly, toneStream, type Ear } from '../testing/tones.ts';
import { createMixer } from './mixer.ts';

describe('the mix of a call', function () {
  this.timeout(60_000);

  it('[G2] guests are on the team\'s side with the agent, from when they come until they go, whichever page records', async () => {
    const context = new AudioContext();
    await context.resume();
    const mixer = await createMixer();
    const all = [440, 620, 1000, 1600];
    const [visitor, agent, one, two] = [440, 1000, 620, 1600].map((hertz) => toneStream(context, hertz)) as [MediaStream, MediaStream, MediaStream, MediaStream];
    const splitter = new ChannelSplitterNode(context, { numberOfOutputs: 2 });
    context.createMediaStreamSource(new MediaStream([mixer.track])).connect(splitter);
    const [left, right] = [earOn(context, splitter, 0), earOn(context, splitter, 1)];
    const sides = async (what: string, team: number[]): Promise<void> => {
      const only = (ear: Ear) => (): Ear[] => [ear];
      await hearsOnly(`${what}: the team`, only(right), team, all);
      await hearsOnly(`${what}: the visitor alone`, only(left), [440], all);
    };

    mixer.plug('visitor', visitor);
    mixer.plug('agent', agent);
    await sides('two', [1000]);
    const nobodyYet = new MediaStream();
    mixer.plugGuests([one, nobodyYet]);
    await sides('a guest', [620, 1000]);
    nobodyYet.addTrack(two.getAudioTracks()[0]!);
    mixer.plugGuests([one, nobodyYet]);
    await sides('two guests', [620, 1000, 1600]);
    mixer.plugGuests([nobodyYet]);
    await sides('one has gone', [1000, 1600]);
    mixer.plugGuests([]);
    await sides('both have', [1000]);
    mixer.close();
    await context.close();
  });
});
