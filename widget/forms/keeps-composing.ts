/** For `keydown` of a form: an Enter that only ends a syllable (Korean, Japanese, Chinese) must not send the form. */
export function keepsComposing(event: KeyboardEvent): void {
  // 229 (deprecated, and the only sign): Safari ends the composition before it reports the Enter that ended it.
  if (event.key === 'Enter' && (event.isComposing || event.keyCode === 229)) event.preventDefault();
}
