/** A colour of a site's own and what goes with it. */
export interface AccentColours {
  accent: string;
  /** For text and signs on the accent. */
  onAccent: string;
  /** For text, lines and rings in the accent's hue on the surfaces, light and dark. */
  ink: { light: string; dark: string };
  /** For quiet areas, light and dark. */
  soft: { light: string; dark: string };
}

type Rgb = readonly [number, number, number];

/** What text has to differ by (WCAG 2.2, 1.4.3). */
const ENOUGH = 4.5;
const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];
/** The most demanding surfaces of tokens.ts: `--pc-surface-3` in light, and in dark. */
const LIGHT: Rgb = [233, 233, 239];
const DARK: Rgb = [42, 45, 53];

/** A colour as three numbers; null for what is not `#rgb` or `#rrggbb`. */
export function rgbOf(colour: string): Rgb | null {
  const digits = /^#(?:([0-9a-f]{3})|([0-9a-f]{6}))$/i.exec(colour.trim());
  if (!digits) return null;
  const six = digits[2] ?? digits[1]!.replaceAll(/./g, '$&$&');
  return [0, 2, 4].map((at) => Number.parseInt(six.slice(at, at + 2), 16)) as unknown as Rgb;
}

const hex = (rgb: Rgb): string => `#${rgb.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;
const mix = (from: Rgb, to: Rgb, share: number): Rgb => from.map((part, at) => Math.round(part + (to[at]! - part) * share)) as unknown as Rgb;

function luminance(rgb: Rgb): number {
  const [red, green, blue] = rgb.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

/** How much two colours differ, 1 to 21 (WCAG 2.2). */
export function contrast(one: Rgb, other: Rgb): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** Moves a colour towards black or white until it can be read on all of these. */
function readable(colour: Rgb, towards: Rgb, surfaces: readonly Rgb[]): Rgb {
  for (let share = 0; share < 1; share += 0.04) {
    const tried = mix(colour, towards, share);
    if (surfaces.every((surface) => contrast(tried, surface) >= ENOUGH)) return tried;
  }
  return towards;
}

/** What goes with a colour so that everything can be read in light and dark; null for what is no colour. */
export function accentColours(colour: string): AccentColours | null {
  const accent = rgbOf(colour);
  if (!accent) return null;
  const softLight = mix(WHITE, accent, 0.12);
  const softDark = mix([23, 24, 28], accent, 0.24);
  return {
    accent: hex(accent),
    onAccent: contrast(accent, WHITE) >= ENOUGH ? '#ffffff' : '#000000',
    ink: { light: hex(readable(accent, BLACK, [LIGHT, softLight])), dark: hex(readable(accent, WHITE, [DARK, softDark])) },
    soft: { light: hex(softLight), dark: hex(softDark) },
  };
}

const NAMES = ['--pc-own-accent', '--pc-own-on-accent', '--pc-own-ink', '--pc-own-soft'] as const;

/** Gives an element a colour of its own, or takes it back (what is no colour). Colours that the page sets from outside win (tokens.ts). */
export function wearAccent({ style }: HTMLElement, colour: string | null): void {
  const colours = colour ? accentColours(colour) : null;
  const both = ({ light, dark }: { light: string; dark: string }): string => `light-dark(${light}, ${dark})`;
  const values = colours && [colours.accent, colours.onAccent, both(colours.ink), both(colours.soft)];
  NAMES.forEach((name, at) => (values ? style.setProperty(name, values[at]!) : style.removeProperty(name)));
}
