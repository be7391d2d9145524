/** What files and the emoji chooser say. They come with the first file, or when emoji are chosen. */
export const fileEn = {
  // chosen, not sent yet
  chosen: 'Chosen files',
  remove: (name: string): string => `Remove ${name}`,
  tooLarge: (name: string, most: string): string => `“${name}” is too large. Files may be up to ${most}.`,
  tooMany: (most: number): string => `At most ${most} files fit into one message.`,
  emptyFile: (name: string): string => `“${name}” is empty.`,
  // in messages
  files: 'Files',
  uploading: (name: string): string => `Sending ${name}`,
  waiting: 'Waiting…',
  cancel: 'Cancel',
  openPicture: (name: string): string => `Enlarge ${name}`,
  download: (name: string): string => `Download ${name}`,
  save: 'Download',
  close: 'Close',
  loadingFile: 'Loading…',
  gone: 'This file is no longer available.',
  away: 'This couldn’t be loaded.',
  again: 'Try again',
  // emoji
  emoji: 'Emoji',
  recent: 'Used lately',
};

/** The same in every language. */
export type FileTexts = typeof fileEn;
