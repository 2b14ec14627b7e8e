// Signs in with a one-time link: what is behind # in it never left this browser, so neither logs nor
// referrers have it. It is used by a press alone: who only previews the link does not use it up.
//
// Until it was accepted, or refused for good, it is kept where a reload finds it, and nobody sees it.

const REFUSED = [400, 401, 422]; // what is said of the link itself; anything else may pass

const said = document.querySelector("#said");
const button = document.querySelector("#sign-in");
const token = location.hash.slice(1) || history.state?.token;
keep(token ? { token } : null);

function keep(state) {
  history.replaceState(state, "", location.pathname);
}

async function signIn() {
  button.disabled = true;
  said.textContent = "One moment …";
  try {
    const response = await fetch("v1/me/session", {
      method: "POST",
      headers: { "Content-Type": "application/json", "Soundbridge-Request": "1" },
      body: JSON.stringify({ token }),
    });
    if (response.ok) {
      keep(null);
      location.replace("./");
      return;
    }
    const { detail } = await response.json().catch(() => ({}));
    refused(response.status, detail ?? `The server answered with ${response.status}.`);
  } catch {
    offerAgain("The server could not be reached.");
  }
}

function refused(status, why) {
  if (REFUSED.includes(status)) {
    keep(null);
    said.textContent = why;
    button.hidden = true;
  } else {
    offerAgain(why);
  }
}

function offerAgain(why) {
  said.textContent = `${why} Your link is kept, so try again in a moment.`;
  button.textContent = "Try again";
  button.disabled = false;
  button.focus();
}

if (token) {
  said.textContent = "Your link is good once. It signs in this browser.";
  button.hidden = false;
  button.addEventListener("click", signIn);
} else {
  said.textContent = "Open the link that you were given; it has all that is needed.";
}

addEventListener("hashchange", () => location.reload()); // another link, opened in the same place
