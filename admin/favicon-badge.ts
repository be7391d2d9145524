/** The number on the tab's icon. */
export interface FaviconBadge {
  /** Draws it; 0 takes it away. */
  show(count: number): void;
}

const SIZE = 64;

/** Makes it: the page's icon with a red disc, drawn by hand because tabs know no badges. An installed panel gets the system's too. */
export function createFaviconBadge(link: HTMLLinkElement | null = document.querySelector('link[rel="icon"]')): FaviconBadge {
  const plain = link?.href ?? '';
  const plainType = link?.type ?? '';
  let shown = 0;
  let icon: Promise<HTMLImageElement> | null = null;

  const draw = async (count: number): Promise<void> => {
    icon ??= load(plain);
    const image = await icon;
    const canvas = document.createElement('canvas');
    canvas.width = SIZE;
    canvas.height = SIZE;
    const pen = canvas.getContext('2d');
    if (!pen || !link || shown !== count) return;
    pen.drawImage(image, 0, 0, SIZE, SIZE);
    const words = count > 9 ? '9+' : String(count);
    pen.fillStyle = '#d92d20';
    pen.strokeStyle = '#ffffff';
    pen.lineWidth = 4;
    pen.beginPath();
    pen.arc(SIZE - 21, 21, 19, 0, 2 * Math.PI);
    pen.stroke();
    pen.fill();
    pen.fillStyle = '#ffffff';
    pen.font = `bold ${words.length > 1 ? 24 : 30}px system-ui, sans-serif`;
    pen.textAlign = 'center';
    pen.textBaseline = 'middle';
    pen.fillText(words, SIZE - 21, 22);
    link.type = 'image/png';
    link.href = canvas.toDataURL('image/png');
  };

  return {
    show(count) {
      if (count === shown || !link) return;
      shown = count;
      if (count) {
        // Without the drawing the title still tells.
        draw(count).catch(() => undefined);
      } else {
        link.type = plainType;
        link.href = plain;
      }
      if ('setAppBadge' in navigator) (count ? navigator.setAppBadge(count) : navigator.clearAppBadge()).catch(() => undefined);
    },
  };
}

async function load(address: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = address;
  await image.decode();
  return image;
}
