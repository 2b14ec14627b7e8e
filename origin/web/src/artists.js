// The artist that a track is of: one of one's own, or one that is made now.

import { ask } from "./api.js";
import { make, someHex } from "./drafts.js";
import { element } from "./element.js";

const HANDLE_LENGTH_MAX = 63;
const LOT_BYTES = 3;

const handles = new Map(); // by name: who tries again asks for the same

/** Make the field; `chosen()` then gives the id, of an artist that is made where there is none. */
export async function artistField(user) {
  const { items } = await ask("me/artists?limit=100");
  const choices = items.map(({ id, name }) => new Option(name, id));
  const menu = element("select", { name: "artist" }, ...choices, new Option("A new artist …", ""));
  const name = element("input", { name: "artist-name", maxLength: 200, value: items.length ? "" : user.name, dir: "auto" });
  const newArtist = element("label", {}, "Artist’s name", name);
  const adapt = () => {
    newArtist.hidden = menu.value !== "";
    name.required = menu.value === "";
  };
  menu.addEventListener("change", adapt);
  adapt();
  const known = element("label", { hidden: items.length === 0 }, "Artist", menu);
  const chosen = async () => {
    if (menu.value === "") {
      const { id } = await makeArtist(name.value.trim());
      menu.prepend(new Option(name.value.trim(), id, true, true)); // if what follows fails: not again
      known.hidden = false;
      adapt();
    }
    return menu.value;
  };
  return { fields: [known, newArtist], chosen };
}

/** Make an artist; where somebody else has the handle, it gets another one. */
async function makeArtist(name) {
  const handle = handles.get(name) ?? handleOf(name);
  handles.set(name, handle);
  try {
    return await make("artists", { name, handle });
  } catch (error) {
    if (error.code !== "handle_taken") {
      throw error;
    }
    const other = `${handle.slice(0, 56)}-${someHex(LOT_BYTES)}`;
    handles.set(name, other);
    return make("artists", { name, handle: other });
  }
}

/** Return a name as it stands in addresses; one that Latin letters cannot write gets a few by lot. */
function handleOf(name) {
  const plain = name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const handle = plain.replace(/[^a-z0-9]+/g, "-").replace(/^-+/, "").slice(0, HANDLE_LENGTH_MAX).replace(/-+$/, "");
  return handle.length >= 2 ? handle : `artist-${someHex(LOT_BYTES)}`;
}
