// Whose a key is: an input method's, while it composes what is typed, or the page's.

/** Whether a key is the input method's; Safari ends the composition first, and tells of the key by 229. */
export function isComposed({ isComposing, keyCode }) {
  return isComposing || keyCode === 229;
}
