import { expect } from '@esm-bundle/chai';
import type { Recorder } from '../../../protocol/site.ts';
import { nextPictureLevel, type PictureLevel } from './picture-thrift.ts';
import { recordedMode, recorderRole } from './recorder-role.ts';

const mb = 1_000_000;

describe('what is recorded, and how well', () => {
  it('[G3] [G10] pictures give way to sound, step by step, when the backlog grows or the browser’s store fills up', () => {
    const at = (level: PictureLevel, backlogBytes: number, freeBytes: number | null = null) => nextPictureLevel(level, { backlogBytes, freeBytes });
    expect(at('full', 10 * mb)).to.equal('full');
    expect(at('full', 31 * mb)).to.equal('low');
    expect(at('full', 100 * mb)).to.equal('none');
    expect(at('low', 60 * mb)).to.equal('low');
    expect(at('low', 81 * mb)).to.equal('none');
    expect(at('full', 0, 100 * mb)).to.equal('low');
    expect(at('full', 0, 50 * mb)).to.equal('none');
  });

  it('[G3] they come back one step at a time, when it is calm, and never swing', () => {
    expect(nextPictureLevel('none', { backlogBytes: 20 * mb, freeBytes: null })).to.equal('none');
    expect(nextPictureLevel('none', { backlogBytes: mb, freeBytes: 300 * mb })).to.equal('none');
    expect(nextPictureLevel('none', { backlogBytes: mb, freeBytes: null })).to.equal('low');
    expect(nextPictureLevel('low', { backlogBytes: mb, freeBytes: 900 * mb })).to.equal('full');
    for (const backlogBytes of [0, 4 * mb, 29 * mb, 31 * mb, 79 * mb, 200 * mb]) {
      for (const freeBytes of [null, 10 * mb, 150 * mb, 300 * mb, 900 * mb]) {
        let level: PictureLevel = 'full';
        const seen: PictureLevel[] = [];
        for (let n = 0; n < 6; n++) seen.push((level = nextPictureLevel(level, { backlogBytes, freeBytes })));
        expect(new Set(seen.slice(2)).size, `${backlogBytes} ${freeBytes} ${seen.join()}`).to.equal(1);
      }
    }
  });

  it('[G2] [G10] the site’s word: who records, in slices of which length, with pictures or without', () => {
    const site = (word: Partial<Recorder>): Recorder => ({ who: 'both', sliceSeconds: 2, video: true, ...word });
    expect(recorderRole('agent', site({}))).to.deep.equal({ standby: false, pictures: true, timesliceMs: 2_000 });
    expect(recorderRole('visitor', site({ sliceSeconds: 75 }))).to.deep.equal({ standby: true, pictures: false, timesliceMs: 75_000 });
    expect(recorderRole('visitor', site({ who: 'agent' }))).to.equal(null);
    expect(recorderRole('agent', site({ who: 'visitor' }))).to.equal(null);
    expect(recorderRole('visitor', site({ who: 'visitor' }))).to.deep.include({ standby: false, pictures: true });
    expect(recorderRole('agent', undefined)).to.deep.include({ standby: false, pictures: true });
    expect(recorderRole('visitor', undefined)).to.equal(null);
    expect(recordedMode(recorderRole('agent', site({ video: false }))!, 'video')).to.equal('audio');
  });
});
