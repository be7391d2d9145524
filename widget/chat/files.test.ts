import { expect } from '@esm-bundle/chai';
import type { File as Meta } from '../../protocol/shapes.ts';
import type { Line, Upload } from '../engine/session-state.ts';
import { WireFailure } from '../engine/wire.ts';
import { waitFor } from '../engine/testing/wait-for.ts';
import { tokens } from '../styles/tokens.ts';
import { axeViolations } from '../testing/axe-violations.ts';
import { chatPage } from '../testing/chat-page.ts';
import { chat as en } from '../../languages/split/en-chat.ts';
import { file as fileEn } from '../../languages/split/en-file.ts';
import { file as fileKo } from '../../languages/split/ko-file.ts';
import { sizeWords } from '../texts/file-texts.ts';
import type { Attachments } from './attachments.ts';
import './composer.ts';
import type { Composer, Written } from './composer.ts';
import type { EmojiChooser } from './emoji-chooser.ts';
import './message-files.ts';
import type { MessageFiles } from './message-files.ts';
import './message-list.ts';
import { boxOf } from './picture.ts';

let stage: HTMLElement;
beforeEach(() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(tokens.cssText.replaceAll(':host', '.stage'));
  document.adoptedStyleSheets = [sheet];
  stage = document.createElement('div');
  stage.className = 'stage';
  stage.style.cssText = 'position:relative;display:flex;flex-direction:column;justify-content:flex-end;width:380px;height:500px;background:var(--pc-surface)';
  document.body.append(stage);
});
afterEach(() => stage.remove());

/** A picture in one colour. */
async function painted(width: number, height: number): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d')!;
  context.fillStyle = '#cc3300';
  context.fillRect(0, 0, width, height);
  return canvas.convertToBlob({ type: 'image/png' });
}
const file = (name: string, content: BlobPart = 'words', type = 'text/plain'): File => new File([content], name, { type });
const meta = (fields: Partial<Meta>): Meta => ({ id: 'f', name: 'f.bin', type: 'application/octet-stream', bytes: 1234, sha256: '', ...fields });

describe('composer and files', () => {
  const make = async (fields: Partial<Composer> = {}): Promise<{ composer: Composer; field: HTMLTextAreaElement; sent: Written[]; part<T extends Element>(selector: string): T | null }> => {
    const composer = Object.assign(document.createElement('peer-consult-composer'), { texts: en, files: { maxMiB: 1 }, zone: stage, ...fields });
    const sent: Written[] = [];
    composer.addEventListener('send', (event) => sent.push((event as CustomEvent<Written>).detail));
    stage.append(composer);
    await composer.updateComplete;
    const part = <T extends Element>(selector: string): T | null => composer.shadowRoot!.querySelector<T>(selector);
    return { composer, field: part<HTMLTextAreaElement>('textarea')!, sent, part };
  };
  const enter = (field: HTMLElement): boolean => field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
  const transfer = (...files: File[]): DataTransfer => {
    const data = new DataTransfer();
    for (const each of files) data.items.add(each);
    return data;
  };
  const chips = async (part: (selector: string) => Element | null, count: number): Promise<Attachments> => {
    const shown = (): Attachments | null => part('peer-consult-attachments') as Attachments | null;
    await waitFor(`${count} chips`, () => shown()?.shadowRoot?.querySelectorAll('li').length === count);
    return shown()!;
  };

  it('[J20] what is dropped is shown where it may fall, listed, taken away again, and sent with or without words', async () => {
    const { field, sent, part } = await make();
    const files = [file('a.txt'), file('b.png', await painted(30, 20), 'image/png')];
    const over = new DragEvent('dragover', { dataTransfer: transfer(...files), bubbles: true, cancelable: true });
    stage.dispatchEvent(over);
    expect(over.defaultPrevented).to.equal(true);
    await waitFor('the sign', () => part('.drop'));
    stage.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer(...files), bubbles: true, cancelable: true }));
    const shown = await chips(part, 2);
    expect(part('.drop')).to.equal(null);
    expect(await axeViolations(stage)).to.deep.equal([]);
    await waitFor('the thumbnail', () => [...shown.shadowRoot!.querySelectorAll('canvas')].map(({ hidden }) => hidden).join() === 'true,false');
    shown.shadowRoot!.querySelector<HTMLElement>('button')!.click();
    await chips(part, 1);
    enter(field);
    expect(sent.map(({ text, files: gone }) => [text, gone.map(({ name }) => name)])).to.deep.equal([['', ['b.png']]]);
    await chips(part, 0);
    enter(field);
    expect(sent).to.have.length(1);
  });

  it('[J20] what is dragged and is no file is left to the page, and so is a file where none are taken', async () => {
    const { composer, part } = await make();
    const words = new DataTransfer();
    words.setData('text/plain', 'words');
    const drop = (data: DataTransfer): DragEvent => {
      const event = new DragEvent('dragover', { dataTransfer: data, bubbles: true, cancelable: true });
      stage.dispatchEvent(event);
      return event;
    };
    expect(drop(words).defaultPrevented).to.equal(false);
    composer.files = null;
    await composer.updateComplete;
    expect(part('[type=file]')).to.equal(null);
    expect(drop(transfer(file('a'))).defaultPrevented).to.equal(false);
  });

  it('[J20] pasted pictures are taken; text that brings a picture of itself stays text', async () => {
    const { field, part } = await make();
    const paste = (data: DataTransfer): boolean => field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    const word = transfer(file('image.png', 'x', 'image/png'));
    word.setData('text/html', '<b>words</b>');
    word.setData('text/plain', 'words');
    expect(paste(word)).to.equal(true);
    expect(paste(transfer(file('image.png', 'x', 'image/png')))).to.equal(false);
    await chips(part, 1);
  });

  it('[J20] too large, empty and too many are told at once, in words', async () => {
    const { composer, part } = await make();
    const pick = (...files: File[]): void => {
      const picker = part<HTMLInputElement>('[type=file]')!;
      picker.files = transfer(...files).files;
      picker.dispatchEvent(new Event('change'));
    };
    pick(file('big.bin', new Uint8Array(2 ** 20 + 1)), file('none.txt', ''), file('fits.bin', new Uint8Array(2 ** 20)));
    const shown = await chips(part, 1);
    expect([...shown.shadowRoot!.querySelectorAll('p')].map(({ textContent }) => textContent)).to.deep.equal(['“big.bin” is too large. Files may be up to 1 MB.', '“none.txt” is empty.']);
    pick(...Array.from({ length: 12 }, (_, index) => file(`${index}.txt`)));
    await chips(part, 10);
    expect(shown.shadowRoot!.querySelector('p')!.textContent).to.equal('At most 10 files fit into one message.');
    expect(composer.attached).to.have.length(10);
    expect(sizeWords(10 * 2 ** 20, 'ko')).to.equal('10MB');
  });

  it('[J16] emoji go to the caret; arrows move, Esc goes back to the field and closes nothing else', async () => {
    const { composer, field, part } = await make({ value: 'ab' });
    field.focus();
    field.setSelectionRange(1, 1);
    const escapes: Event[] = [];
    stage.addEventListener('keydown', (event) => escapes.push(event));
    part<HTMLElement>('[aria-expanded]')!.click();
    await waitFor('the chooser', () => part<EmojiChooser>('peer-consult-emoji-chooser')?.shadowRoot?.activeElement);
    const chooser = part<EmojiChooser>('peer-consult-emoji-chooser')!;
    expect(await axeViolations(stage)).to.deep.equal([]);
    const press = (key: string): boolean => chooser.shadowRoot!.activeElement!.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, composed: true, cancelable: true }));
    for (const key of ['ArrowRight', 'ArrowDown', 'ArrowLeft', 'ArrowUp', 'End', 'Home']) press(key);
    const first = chooser.shadowRoot!.activeElement as HTMLElement;
    first.click();
    expect(composer.value).to.equal(`a${first.textContent}b`);
    press('Escape');
    await composer.updateComplete;
    expect(part('peer-consult-emoji-chooser')).to.equal(null);
    expect(composer.shadowRoot!.activeElement).to.equal(field);
    expect(escapes).to.have.length(0);
    part<HTMLElement>('[aria-expanded]')!.click();
    await waitFor('what was used lately', () => part('peer-consult-emoji-chooser')?.shadowRoot?.querySelector('.recent button'));
  });
});

describe('files of a message', () => {
  const make = async (fields: Partial<MessageFiles>): Promise<{ element: MessageFiles; root: ShadowRoot }> => {
    const element = Object.assign(document.createElement('peer-consult-message-files'), fields);
    stage.append(element);
    await element.updateComplete;
    return { element, root: element.shadowRoot! };
  };

  it('[S12] pictures are drawn on a canvas in a place that is known before, and open; Esc brings the focus back', async () => {
    const bytes = await painted(600, 300);
    const { root } = await make({ files: [meta({ id: 'p', name: 'p.png', type: 'image/png', width: 600, height: 300 })], fetchFile: async () => bytes });
    const picture = root.querySelector('peer-consult-picture')!;
    await picture.updateComplete;
    expect(picture.getBoundingClientRect()).to.include({ width: 240, height: 120 });
    const button = (): HTMLButtonElement => picture.shadowRoot!.querySelector('button')!;
    await waitFor('the picture', () => !button().disabled);
    expect([...picture.shadowRoot!.querySelector('canvas')!.getContext('2d')!.getImageData(5, 5, 1, 1).data]).to.deep.equal([204, 51, 0, 255]);
    expect(root.querySelector('img')).to.equal(null);
    expect(await axeViolations(stage)).to.deep.equal([]);
    button().click();
    const dialog = await waitFor('the dialog', () => root.querySelector('peer-consult-picture-dialog')?.shadowRoot?.querySelector('dialog[open]'));
    await waitFor('the large one', () => !dialog.querySelector('canvas')!.hidden);
    expect(await axeViolations(stage)).to.deep.equal([]);
    let heard = 0;
    stage.addEventListener('keydown', () => heard++);
    dialog.querySelector('.close')!.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, composed: true, cancelable: true }));
    await waitFor('the end', () => root.querySelector('peer-consult-picture-dialog') === null && picture.shadowRoot!.activeElement === button());
    expect(heard).to.equal(0);
  });

  it('[S12] SVG, HTML and PDF are rows, and leave as bytes that no browser opens', async () => {
    const { root } = await make({
      files: [meta({ id: '1', name: 'a.svg', type: 'image/svg+xml' }), meta({ id: '2', name: '<img src=x onerror=window.hacked=1>.html', type: 'text/html' }), meta({ id: '3', name: 'c.pdf', type: 'application/pdf' })],
      fetchFile: async () => new Blob(['<script>'], { type: 'text/html' }),
    });
    expect(root.querySelectorAll('.row')).to.have.length(3);
    expect(root.querySelector('peer-consult-picture')).to.equal(null);
    expect(root.querySelectorAll('.name')[1]!.textContent).to.equal('<img src=x onerror=window.hacked=1>.html');
    const made: Blob[] = [];
    const { createObjectURL } = URL;
    const { click } = HTMLAnchorElement.prototype;
    let saved = '';
    URL.createObjectURL = (blob) => (made.push(blob as Blob), 'blob:none');
    HTMLAnchorElement.prototype.click = function () {
      saved = this.download;
    };
    try {
      root.querySelectorAll<HTMLElement>('.icon')[1]!.click();
      await waitFor('the saving', () => saved);
    } finally {
      URL.createObjectURL = createObjectURL;
      HTMLAnchorElement.prototype.click = click;
    }
    expect(made.map(({ type }) => type)).to.deep.equal(['application/octet-stream']);
    expect(await axeViolations(stage)).to.deep.equal([]);
  });

  it('[J20] what is gone or out of reach says so; what is out of reach comes with another try; what is no picture becomes a row', async () => {
    let fail: string | null = 'offline';
    const bytes = await painted(10, 10);
    const { root } = await make({
      files: [meta({ id: 'p', name: 'p.png', width: 100, height: 100 })],
      fetchFile: async () => {
        if (fail) throw new WireFailure(fail, fail);
        return bytes;
      },
    });
    const picture = root.querySelector('peer-consult-picture')!;
    await waitFor('the words', () => picture.shadowRoot!.textContent!.includes(fileEn.away));
    expect(await axeViolations(stage)).to.deep.equal([]);
    fail = null;
    picture.shadowRoot!.querySelector('button')!.click();
    await waitFor('the picture', () => picture.shadowRoot!.querySelector<HTMLButtonElement>('button:not(:disabled) canvas:not([hidden])'));
    const gone = await make({ files: [meta({ id: 'g' })], fetchFile: () => Promise.reject(new WireFailure('not_found', '')) });
    gone.root.querySelector<HTMLElement>('.icon')!.click();
    await waitFor('the words', () => gone.root.textContent!.includes(fileEn.gone));
    const odd = await make({ files: [meta({ id: 'o', width: 10, height: 10 })], fetchFile: async () => new Blob(['no picture']) });
    await waitFor('a row', () => odd.root.querySelector('.row'));
  });

  it('[J20] what is on its way shows how far it is, and can be taken back until it is there', async () => {
    const upload = (progress: number): Upload => ({ id: 'u', name: 'u.txt', type: 'text/plain', bytes: new Blob(['12345']), progress });
    const { element, root } = await make({ uploads: [upload(0.4)] });
    let cancelled = 0;
    element.addEventListener('cancel', () => cancelled++);
    expect(root.querySelector('progress')!.value).to.equal(0.4);
    expect(await axeViolations(stage)).to.deep.equal([]);
    root.querySelector<HTMLElement>('.cancel')!.click();
    expect(cancelled).to.equal(1);
    element.uploads = [upload(1)];
    await element.updateComplete;
    expect(root.querySelector('.cancel')).to.equal(null);
  });

  it('[J20] however tall or wide, a picture has a place that fits', () => {
    expect(boxOf(4000, 3000)).to.deep.equal({ width: 240, height: 180 });
    expect(boxOf(10, 10_000)).to.deep.equal({ width: 56, height: 280 });
    expect(boxOf(30, 30)).to.deep.equal({ width: 56, height: 56 });
  });

  it('[S18] a line that has to wait says until when', async () => {
    const at: Line = {
      id: null, seq: null, clientId: 'c', conversationId: '', author: { kind: 'visitor', id: 'v', name: '' }, kind: 'text', text: 'hello', createdAt: new Date().toISOString(), state: 'sending', resumesAt: Date.now() + 4_500,
    };
    const list = Object.assign(document.createElement('peer-consult-message-list'), { texts: en, selfId: 'v', lines: [at] });
    stage.append(list);
    await list.updateComplete;
    expect(list.shadowRoot!.querySelector('.meta')!.textContent).to.match(/Sending again in [45] s/);
  });

  it('[S1] the words of files are there in both languages', () => {
    expect(Object.keys(fileKo)).to.deep.equal(Object.keys(fileEn));
    for (const word of Object.values(fileKo)) expect(typeof word === 'function' ? (word as (name: unknown, most: string) => string)('a', 'b') : word).to.match(/[가-힣]/);
  });
});

describe('what was begun', () => {
  it('[S18] begun words survive that the chat is closed, and that the server will not have us for a while', async () => {
    const page = chatPage();
    try {
      await page.open();
      const field = (): HTMLTextAreaElement => page.within<HTMLTextAreaElement>('peer-consult-composer', 'textarea')!;
      field().value = 'half a sent';
      field().dispatchEvent(new InputEvent('input', { bubbles: true }));
      page.element.close();
      await page.settle();
      await page.open();
      expect(field().value).to.equal('half a sent');
      page.fake.socket.end(4003);
      await waitFor('the refusal', () => page.inPanel('.foot')?.hidden);
      [...page.panel().shadowRoot!.querySelectorAll('button')].find(({ textContent }) => textContent!.includes(en.tryAgain))!.click();
      await waitFor('the chat', () => page.inPanel('.foot')?.hidden === false);
      expect(field().value).to.equal('half a sent');
    } finally {
      await page.leave();
    }
  });
});
