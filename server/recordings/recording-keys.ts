const padded = (value: number, digits: number) => String(value).padStart(digits, '0');

/** Under which key a chunk lies. Byte order of keys is order of chunks. */
export function chunkKey(recordingId: string, segment: number, seq: number): string {
  return `${chunksPrefix(recordingId)}${padded(segment, 4)}/${padded(seq, 6)}`;
}

/** What the keys of a recording's chunks begin with. */
export function chunksPrefix(recordingId: string): string {
  return `chunks/${recordingId}/`;
}

/** Under which key a merged file lies. One that is merged again (a late chunk) gets a name of its own: readers may have the old one open. */
export function mergedKey(recordingId: string, former: string | null): string {
  const plain = `recordings/${recordingId}.webm`;
  if (former === null) return plain;
  const round = former === plain ? 2 : Number(/-(\d+)\.webm$/.exec(former)?.[1] ?? 1) + 1;
  return `recordings/${recordingId}-${round}.webm`;
}

/** Under which key a file of a recording lies: the first is the merged file itself. Numbers count from 1. */
export function partKey(mergedKey: string, part: number): string {
  return part === 1 ? mergedKey : `${partsPrefix(mergedKey)}${part}`;
}

/** What the keys of the second and further files begin with. */
export function partsPrefix(mergedKey: string): string {
  return mergedKey.replace(/(\.webm)?$/, '.parts/');
}

/** Under which key the signed manifest of a merged file lies: beside it. */
export function manifestKey(mergedKey: string): string {
  return mergedKey.replace(/\.webm$/, '.manifest.json');
}

/** Under which key the waveform of a merged file lies: beside it. */
export function waveformKey(mergedKey: string): string {
  return mergedKey.replace(/\.webm$/, '.waveform.json');
}

/** The failure of a recording that is being deleted: nothing of it is taken, merged or shown any more, and its bytes go. */
export const DOOMED = 'deleted';
