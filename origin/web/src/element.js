// Makes elements: text is only ever text, whatever people have written.

/** Make an element with properties (`dataset` and `aria-…` too) and what is in it. */
export function element(name, properties = {}, ...content) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key === "dataset") {
      Object.assign(made.dataset, value);
    } else if (key.includes("-")) {
      made.setAttribute(key, value);
    } else {
      made[key] = value;
    }
  }
  made.append(...content);
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

/** Make a drawing of lines, which says nothing to screen readers. */
export function icon(path) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  drawing.append(line);
  return drawing;
}

/** Whether the keyboard is in an element, or nowhere: then it may be led on. Whoever went elsewhere is left there. */
export function isAt(root) {
  return document.activeElement === document.body || root.contains(document.activeElement);
}
