// What a creator says of a track, as a form: filled with what is said, read as what to change.

import { element } from "./element.js";
import { visibilityMenu } from "./visibility.js";

const TEXT = { dir: "auto" };
const SAVE = "Save";
const SAVING = "Saving …";

export class TrackForm {
  root;
  cover = element("input", { type: "file", accept: "image/jpeg,image/png,image/webp" });
  #track;
  #fields;
  #button = element("button", { type: "submit", className: "primary" }, SAVE);

  /** `save()` is called when it is sent. */
  constructor(track, save) {
    this.#track = track;
    this.#fields = {
      title: element("input", { ...TEXT, required: true, maxLength: 200, value: track.title }),
      visibility: visibilityMenu(track.visibility),
      genre: element("input", { ...TEXT, maxLength: 64, value: track.genre ?? "" }),
      tags: element("input", { ...TEXT, value: written(track.tags) }),
      description: element("textarea", { ...TEXT, rows: 4, maxLength: 5000, value: track.description }),
      language: element("input", { maxLength: 35, value: track.language ?? "" }),
      released_on: element("input", { type: "date", value: track.released_on ?? "" }),
      explicit: element("input", { type: "checkbox", checked: track.explicit }),
    };
    const { title, visibility, genre, tags, description, language, released_on, explicit } = this.#fields;
    this.root = element(
      "form",
      { className: "form" },
      labelled("Title", title),
      labelled("Who finds it", visibility),
      labelled("Genre", genre),
      labelled("Tags, with commas between them", tags),
      labelled("Description", description),
      labelled("Language, such as en or pt-BR", language),
      labelled("Released on", released_on),
      element("label", { className: "check" }, explicit, "Explicit"),
      labelled("Cover (JPEG, PNG or WebP)", this.cover),
      element("p", { className: "actions" }, this.#button),
    );
    this.root.addEventListener("submit", (event) => {
      event.preventDefault();
      save();
    });
  }

  /** Begin where most begin. */
  focus() {
    this.#fields.title.focus();
  }

  /** Say that it is being saved, or is no more; the keyboard stays where it is. */
  set isSaving(is) {
    this.#button.textContent = is ? SAVING : SAVE;
    this.#button.setAttribute("aria-disabled", String(is));
  }

  /** Return what is said otherwise now; what is left empty is taken away. */
  get changes() {
    const { tags } = this.#track; // those that have commas themselves are only split by who writes there
    const touched = Object.entries(this.#fields).filter(([name, { value }]) => name !== "tags" || value !== written(tags));
    const said = Object.fromEntries(touched.map(([name, field]) => [name, read(name, field)]));
    const isOther = ([name, value]) => JSON.stringify(value) !== JSON.stringify(this.#track[name]);
    return Object.fromEntries(Object.entries(said).filter(isOther));
  }
}

function written(tags) {
  return tags.join(", ");
}

function read(name, field) {
  switch (name) {
    case "explicit":
      return field.checked;
    case "tags":
      return field.value.split(",").map((tag) => tag.trim()).filter(Boolean);
    case "title":
    case "visibility":
    case "description":
      return field.value;
    default:
      return field.value.trim() || null;
  }
}

function labelled(text, field) {
  return element("label", {}, text, field);
}
