/** Red, green and blue of `#rrggbb`, 0 to 255; null for anything else. */
export function channels(colour: string): [number, number, number] | null {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour);
  return match ? [parseInt(match[1]!, 16), parseInt(match[2]!, 16), parseInt(match[3]!, 16)] : null;
}

/** Relative luminance as WCAG 2.2 has it, 0 to 1. */
function luminance(colour: [number, number, number]): number {
  const [red, green, blue] = colour.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** How well two colours stand apart, 1 to 21 (WCAG 2.2); 1 where one is no colour. */
export function contrast(one: string, other: string): number {
  const first = channels(one);
  const second = channels(other);
  if (!first || !second) return 1;
  const [light, dark] = [luminance(first), luminance(second)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** The ink that reads better on a colour, and how well. */
export function inkOn(colour: string): { ink: '#ffffff' | '#12162f'; ratio: number } {
  const white = contrast(colour, '#ffffff');
  const dark = contrast(colour, '#12162f');
  return white >= dark ? { ink: '#ffffff', ratio: white } : { ink: '#12162f', ratio: dark };
}
