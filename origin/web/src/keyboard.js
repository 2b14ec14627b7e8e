// Where the keyboard is, before it is led on: whoever went elsewhere meanwhile is left there.

/** Whether it is in an element, or nowhere, as behind what is gone or was pressed by a pointer. */
export function isAt(root) {
  return document.activeElement === document.body || root.contains(document.activeElement);
}
