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
