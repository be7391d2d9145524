/**
 * A playlist (extended M3U, RFC 8216 §4.3.1 and §4.3.2.1) of a recording's files, which players take when it lies beside them: a line with
 * the length in seconds before each name, in order. Names hold no path.
 */
export function playlist({ title, files }: { title: string; files: readonly { name: string; durationMs: number }[] }): string {
  const line = (text: string) => text.replaceAll(/[\r\n]+/g, ' ');
  return ['#EXTM3U', `#PLAYLIST:${line(title)}`, ...files.flatMap(({ name, durationMs }) => [`#EXTINF:${(durationMs / 1000).toFixed(3)},${line(name)}`, line(name)]), ''].join('\n');
}
