import type { PrincipalKind } from '../../protocol/shapes.ts';
import type { Recorder } from '../../protocol/site.ts';
import { problem } from '../errors.ts';

/**
 * Whether a side may begin a segment of this type, and as what. Where both record, the visitor's is the standby, whatever it asks for;
 * a standby is sound alone. Throws `forbidden` for the side that does not record, and for pictures that the site records not.
 */
export function admitRecorder({ who, video }: Recorder, kind: PrincipalKind, { mimeType, standby = false }: { mimeType: string; standby?: boolean }): { standby: boolean } {
  if (who !== 'both' && who !== kind) throw problem('forbidden', `This site has its calls recorded by the ${who}.`);
  const asStandby = standby || (who === 'both' && kind === 'visitor');
  if (mimeType.startsWith('video/') && (!video || asStandby)) throw problem('forbidden', asStandby ? 'A standby records sound alone.' : 'This site records no pictures.');
  return { standby: asStandby };
}
