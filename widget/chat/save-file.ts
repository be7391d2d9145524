/** Hands bytes to the browser to keep under a name. */
export function saveFile(bytes: Blob, name: string): void {
  // Whatever a browser makes of the link, it must never open somebody's HTML or SVG in the name of this page (threats.md S12).
  const address = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has begun to read it by then; a page that stays open for weeks must not keep every file.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
