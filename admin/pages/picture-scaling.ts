/** The side of a site's picture, in px. */
export const PICTURE_SIDE = 256;

/** The largest square in the middle of an image. */
export function middleSquare(width: number, height: number): { x: number; y: number; side: number } {
  const side = Math.min(width, height);
  return { x: Math.floor((width - side) / 2), y: Math.floor((height - side) / 2), side };
}

/**
 * Cuts an image to its middle square and makes it as small as it is shown, so that nothing large, and nothing that hides in a
 * file beside its pixels (places, names), leaves the browser. Rejects when the file is no image that this browser can read.
 */
export async function scalePicture(file: Blob): Promise<Blob> {
  const image = await createImageBitmap(file);
  try {
    const { x, y, side } = middleSquare(image.width, image.height);
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = PICTURE_SIDE;
    const context = canvas.getContext('2d');
    if (!context) throw new Error('There is no canvas.');
    context.imageSmoothingQuality = 'high';
    context.drawImage(image, x, y, side, side, 0, 0, PICTURE_SIDE, PICTURE_SIDE);
    // Browsers that cannot write WebP answer with a PNG.
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/webp', 0.9));
    if (!blob) throw new Error('The picture could not be written.');
    return blob;
  } finally {
    image.close();
  }
}
